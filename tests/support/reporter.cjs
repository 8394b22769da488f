// Mocha's own "spec" output, and for CI the counts and the failures in files. A test that was skipped has not passed.
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");
const { reporters } = require("mocha");

class CountingReporter extends reporters.Spec {
  /**
   * @param {import("mocha").Runner} runner
   * @param {import("mocha").MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const folder = process.env["INFERENCE_PLATFORM_RESULTS"];
    if (!folder) return;
    runner.on("fail", (test, error) => {
      const text = `${test.fullTitle()}\n    ${error.message.replaceAll("\n", "\n    ")}\n`;
      appendFileSync(join(folder, "failures"), text);
    });
    runner.on("pending", (test) => {
      appendFileSync(join(folder, "failures"), `${test.fullTitle()}\n    was skipped\n`);
    });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      appendFileSync(join(folder, "counts"), `${passes} ${failures + pending}\n`);
    });
  }
}

module.exports = CountingReporter;
