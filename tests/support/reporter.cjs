// Mocha's own "spec" output, and the counts in a file that CI adds up. A test that was skipped has not passed.
const { appendFileSync } = require("node:fs");
const { reporters } = require("mocha");

class CountingReporter extends reporters.Spec {
  /**
   * @param {import("mocha").Runner} runner
   * @param {import("mocha").MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const file = process.env["INFERENCE_PLATFORM_RESULTS"];
      const { passes, failures, pending } = this.stats;
      if (file) appendFileSync(file, `${passes} ${failures + pending}\n`);
    });
  }
}

module.exports = CountingReporter;
