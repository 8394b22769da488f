import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatIssue } from "../../../../platform/issue.ts";
import { plan } from "../../../../platform/plan/index.ts";
import { unclear } from "../../../../platform/spec/draft.ts";
import { loadStack } from "../../../../platform/spec/load.ts";
import { type Edit, judgeSmall, loadSmall, messagesOf } from "../../../support/small-stack.ts";

const codesOf = (...edits: readonly Edit[]) =>
  judgeSmall(...edits).issues.map(({ code, at, path }) => `${at.file}:${at.line} ${path} ${code}`);

describe("loading a stack", () => {
  it("keeps every key that parses when its neighbours do not", () => {
    const { draft } = loadSmall(
      ["spec", "name: small", "name: Small"],
      ["spec", "nodes: 2 }", "nodes: two, labels: { a: b } }"],
      ["spec", "pools: [cpu, l4], gpus: 3", "pools: [cpu, 7], gpus: x"],
      ["spec", "iris, replicas: 2", "iris, replicas: two"],
    );
    assert.equal(draft.name, undefined);
    assert.equal(draft.environment, "dev");
    assert.deepEqual(draft.pools?.get("cpu"), {
      machine: { cpu: 4, memory: "16GiB" },
      gpu: undefined,
      nodes: unclear,
      labels: { a: "b" },
      taints: undefined,
    });
    assert.deepEqual(draft.teams?.get("vision"), {
      pools: ["cpu", unclear],
      gpus: unclear,
      modelPrefix: "vision/",
    });
    const { team, replicas, file } = draft.services.get("iris") ?? {};
    assert.deepEqual([team, replicas, file?.spec?.server], ["flowers", unclear, "fastapi"]);
    assert.deepEqual(
      draft.sizes.map(({ path, size }) => [path.join("."), size]),
      [
        ["pools.l4.nodes", 3],
        ["services.resnet50.replicas", 2],
      ],
    );
  });

  it("takes nothing for absent while there is a key that it may have been meant by", () => {
    const { draft } = loadSmall(["spec", "l4: { gpu:", "l4: { gup:"]);
    assert.equal(draft.pools?.get("l4")?.gpu, unclear);
    assert.equal(draft.pools?.get("l4")?.nodes, 3);
  });

  it("says of a misspelt gpu only that, not that nothing fits", () => {
    assert.deepEqual(codesOf(["spec", "l4: { gpu:", "l4: { gup:"]), [
      "stacks/small.yaml:11 pools.l4.gup unknown-key",
    ]);
  });

  it("reports a broken service file beside a broken spec", () => {
    assert.deepEqual(
      codesOf(
        ["spec", "kind: platform", "kind: *platform"],
        ["iris", "512MiB", "512"],
        ["resnet50", "requestTimeout: 30s", "requestTimeout: [30s"],
      ),
      [
        "services/flowers/iris.yaml:3 resources.memory wrong-type",
        "services/vision/resnet50.yaml:6  yaml-syntax",
        "stacks/small.yaml:2  yaml-syntax",
      ],
    );
  });

  it("reads the file of a service whose entry has other problems", () => {
    assert.deepEqual(
      codesOf(["spec", "iris, replicas: 2", "iris, replicas: two"], ["iris", "10s", "10"]),
      [
        "services/flowers/iris.yaml:4 requestTimeout wrong-type",
        "stacks/small.yaml:16 services.iris.replicas wrong-type",
      ],
    );
  });

  it("judges what no server allows in a file whose server nobody can make out", () => {
    assert.deepEqual(
      codesOf(
        ["resnet50", "server: triton", "server: tritn\nimgae: x"],
        ["resnet50", "8GiB", "8G"],
      ),
      [
        "services/vision/resnet50.yaml:1 server not-allowed",
        "services/vision/resnet50.yaml:2 imgae unknown-key",
        "services/vision/resnet50.yaml:5 resources.memory bad-format",
      ],
    );
  });

  it("judges the rest of a spec whose cloud nobody can make out", () => {
    assert.deepEqual(
      messagesOf(["spec", "cloud: local", "cloud: lokal"], ["spec", "gpus: 3", "gpus: 1"]),
      [
        'stacks/small.yaml:4:8 cloud: got "lokal"; allowed is "local"; fix: write "local" [not-allowed]',
        "stacks/small.yaml:13:37 teams.vision.gpus: got 1, but the services of team vision ask for 2; a team holds at most its quota; fix: raise it to 2, or lower the replicas of its services [over-quota]",
      ],
    );
  });

  it("judges the meaning of a file whose form is broken elsewhere", () => {
    assert.deepEqual(
      codesOf(
        ["resnet50", "size: 100MiB", "size: 100"],
        ["resnet50", "path: vision/", "path: speech/"],
        ["resnet50", "8GiB", "1GiB"],
        ["resnet50", "30s", "3h"],
      ),
      [
        "services/vision/resnet50.yaml:2 model.path model-outside-prefix",
        "services/vision/resnet50.yaml:2 model.size wrong-type",
        "services/vision/resnet50.yaml:4 resources.memory out-of-range",
        "services/vision/resnet50.yaml:5 requestTimeout out-of-range",
      ],
    );
  });

  it("judges the pools that a team names beside one that is no name", () => {
    assert.deepEqual(codesOf(["spec", "pools: [cpu]", "pools: [7, cups]"]), [
      "stacks/small.yaml:14 teams.flowers.pools.0 wrong-type",
      "stacks/small.yaml:14 teams.flowers.pools.1 unknown-pool",
    ]);
  });

  it("says nothing of pools and teams that nobody can make out", () => {
    assert.deepEqual(codesOf(["spec", "pools:\n", "pools: []\npols:\n"]), [
      "stacks/small.yaml:9 pools wrong-type",
      "stacks/small.yaml:10 pols unknown-key",
    ]);
    assert.deepEqual(codesOf(["spec", "teams:\n", "teams:\ntaems:\n"]), [
      "stacks/small.yaml:12 teams wrong-type",
      "stacks/small.yaml:13 taems unknown-key",
    ]);
  });

  it("reports a problem once, however many services share the file", () => {
    const second = "services:\n  iris-too: { from: flowers/iris, replicas: 1 }\n";
    assert.deepEqual(codesOf(["spec", "services:\n", second], ["iris", "10s", "10h"]), [
      "services/flowers/iris.yaml:4 requestTimeout out-of-range",
    ]);
  });

  it("reports each service whose file is missing", () => {
    const second = "services:\n  iris-too: { from: flowers/rose, replicas: 1 }\n";
    assert.deepEqual(
      codesOf(["spec", "services:\n", second], ["spec", "flowers/iris", "flowers/rose"]),
      [
        "stacks/small.yaml:16 services.iris-too.from file-not-found",
        "stacks/small.yaml:17 services.iris.from file-not-found",
      ],
    );
  });

  it("takes waivers that parse", () => {
    const good =
      "{ rule: wl-image-digest, resource: a/b, until: 2027-01-31, owner: ml, why: soon }";
    const { draft, issues } = loadSmall([
      "spec",
      "services:",
      `policy: { waivers: [${good}, 7] }\nservices:`,
    ]);
    assert.deepEqual(
      draft.waivers.map(({ rule }) => rule),
      ["wl-image-digest"],
    );
    assert.deepEqual(
      issues.map(({ path }) => path),
      ["policy.waivers.1"],
    );
  });

  it("plans a stack without services", () => {
    const { plan: made } = judgeSmall([
      "spec",
      /services:[\s\S]*$/.exec(loadSmall().draft.source.text)?.[0] ?? "",
      "",
    ]);
    assert.deepEqual(made?.services, {});
  });
});

describe("a hostile stack", () => {
  const many = (line: (index: number) => string) =>
    Array.from({ length: 1800 }, (_, index) => line(index)).join("");
  const hostile: Readonly<Record<string, readonly Edit[]>> = {
    "a value of blanks": [["spec", "ml-platform", `"x${" ".repeat(200_000)}x"`]],
    "a value of letters": [["iris", "10s", `"${"s".repeat(200_000)}1"`]],
    "a file name of letters": [["spec", "flowers/iris", `flowers/${"a".repeat(200_000)}`]],
    "a key of letters": [["spec", "owner:", `"${"a-".repeat(100_000)}":`]],
    "pools and services that do not know each other": [
      [
        "spec",
        "pools:\n",
        `pools:\n${many((index) => `  p${index}: { machine: sim-cpu-2, nodes: 1000 }\n`)}`,
      ],
      [
        "spec",
        "services:\n",
        `services:\n${many((index) => `  s${index}: { from: vision/resnet50, replicas: 1000, pool: q${index} }\n`)}`,
      ],
    ],
    "services that do not fit": [
      [
        "spec",
        "services:\n",
        `services:\n${many((index) => `  s${index}: { from: flowers/iris, replicas: 1000 }\n`)}`,
      ],
    ],
  };

  for (const [title, edits] of Object.entries(hostile)) {
    it(`with ${title} is refused in seconds`, function () {
      this.timeout(60_000);
      const started = performance.now();
      assert.ok(judgeSmall(...edits).issues.length > 0);
      assert.ok(performance.now() - started < 20_000);
    });
  }
});

describe("loading from a checkout", () => {
  const root = mkdtempSync(join(tmpdir(), "load-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  after(() => rmSync(root, { recursive: true }));

  const spec = loadSmall().draft.source.text;

  it("names the spec that is not there", () => {
    assert.deepEqual(plan(loadStack(root, "nowhere.yaml")).issues.map(formatIssue), [
      "stacks/nowhere.yaml:1:1 there is no such file; a spec stands in stacks/, named by inference-platform:spec of the stack's settings; fix: correct the name in stacks/Pulumi.<stack>.yaml, or write the spec [file-not-found]",
    ]);
  });

  it("names the services that are not there, and knows of none", () => {
    write("stacks/small.yaml", spec);
    const { issues } = plan(loadStack(root, "small.yaml"));
    assert.deepEqual(
      issues.map(({ path, allowed }) => [path, allowed]),
      [
        ["services.iris.from", "the services are none"],
        ["services.resnet50.from", "the services are none"],
      ],
    );
  });

  it("reads services from their teams' folders, and suggests the nearest", () => {
    write("stacks/small.yaml", spec);
    const { draft } = loadSmall();
    write("services/flowers/irsi.yaml", draft.services.get("iris")?.file?.source.text ?? "");
    write("services/vision/resnet50.yaml", draft.services.get("resnet50")?.file?.source.text ?? "");
    write("services/README.md", "not a service");
    const { issues } = plan(loadStack(root, "small.yaml"));
    assert.deepEqual(
      issues.map(({ path, fix }) => [path, fix]),
      [["services.iris.from", 'write "flowers/irsi"']],
    );
  });
});
