/** Images and the example model: made here, and run without a cluster. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { debianCommand, ensureDebianFolder } from "../../embedded/images/debian.ts";
import { buildImage, ensureImage, type LocalImage } from "../../embedded/images/ensure-image.ts";
import { ensureIrisModel, type TrainedModel } from "../../embedded/images/model.ts";
import { nodePackages, nodeTools } from "../../embedded/images/node-tools.ts";
import { ensureWheels, runWithWheels } from "../../embedded/images/python.ts";
import { runTool } from "../../embedded/images/run-tool.ts";
import { modelBucket } from "../../embedded/kubernetes/gateway/model-bucket.ts";
import { buildsRoot, checkoutRoot } from "../../embedded/paths.ts";
import { childrenOf } from "../../embedded/process-table.ts";
import { silent } from "../../embedded/progress.ts";
import { irisFaulty } from "../support/images/iris-faulty.ts";
import {
  listeningAddress,
  type RunArgs,
  runImage,
  startImage,
  type UnpackedImage,
  unpackImage,
} from "../support/images/run-image.ts";

/** What is not there yet is fetched and built. */
const coldMs = 10 * 60_000;
const onLoopback = ["--host=127.0.0.1", "--port=0"];
const rowShape = z.object({ measurements: z.array(z.number()), class: z.string() });
const answerShape = z.object({
  predictions: z.array(z.string()),
  probabilities: z.array(z.record(z.string(), z.number())),
});

describe("images made on this machine", function () {
  this.timeout(120_000);
  let scratch: string;
  let trained: TrainedModel;
  const started: ChildProcess[] = [];

  before(async function () {
    this.timeout(coldMs);
    scratch = mkdtempSync(join(tmpdir(), "images-"));
    trained = await ensureIrisModel(join(scratch, "models"), silent);
  });
  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "close");
    }
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Starts uvicorn in an image, with the model where pods have it. */
  async function serve(image: UnpackedImage, args: Omit<RunArgs, "args"> = {}): Promise<string> {
    const { environment, ...rest } = args;
    const child = startImage(image, {
      args: onLoopback,
      mounts: { "/models": join(scratch, "models/flowers/iris/1") },
      environment: { MODEL_PATH: "/models", ...environment },
      ...rest,
    });
    started.push(child);
    return listeningAddress(child);
  }

  function heldBack(): readonly z.infer<typeof rowShape>[] {
    return z.array(rowShape).parse(JSON.parse(readFileSync(trained.heldBack, "utf8")));
  }

  describe("iris", () => {
    let made: LocalImage;
    let image: UnpackedImage;
    let address: string;

    before(async function () {
      this.timeout(coldMs);
      made = await ensureImage("iris", silent);
      image = unpackImage(made, join(scratch, "iris"));
    });
    beforeEach(async () => {
      address = await serve(image);
    });

    async function predict(body: unknown): Promise<{ status: number; body: unknown }> {
      const response = await fetch(`${address}/v1/models/iris:predict`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    }

    it("is small", () => {
      assert.ok(statSync(made.archive).size < 250e6, `${statSync(made.archive).size} bytes`);
    });

    it("runs as the servers' user, with nothing of it to be written", async () => {
      const seen = await runImage(image, {
        command: ["python3", "-c", "import os; print(os.getuid(), os.getgid()); open('x', 'w')"],
      });
      assert.match(seen.output, /^10001 10001$/m);
      assert.match(seen.output, /Read-only file system: 'x'$/m);
    });

    it("is alive and ready once it listens", async () => {
      for (const path of ["/healthz", "/readyz"]) {
        assert.equal((await fetch(address + path)).status, 200, path);
      }
    });

    it("tells flowers apart that the training has not seen", async () => {
      const rows = heldBack();
      const { status, body } = await predict({ instances: rows.map((row) => row.measurements) });
      assert.equal(status, 200);
      const { predictions, probabilities } = answerShape.parse(body);
      const right = rows.filter((row, index) => predictions[index] === row.class);
      assert.ok(right.length / rows.length >= 0.9, `${right.length} of ${rows.length}`);
      const classes = ["setosa", "versicolor", "virginica"];
      assert.deepEqual([...new Set(right.map((row) => row.class))].toSorted(), classes);
      for (const row of probabilities) {
        assert.deepEqual(Object.keys(row).toSorted(), classes);
        const sum = Object.values(row).reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - 1) < 1e-4, String(sum));
      }
    });

    it("answers as KServe's protocol says", async () => {
      const flowers = [
        [5.1, 3.5, 1.4, 0.2],
        [6.3, 2.9, 5.6, 1.8],
      ];
      const { body } = await predict({ instances: flowers });
      assert.deepEqual(answerShape.parse(body).predictions, ["setosa", "virginica"]);
    });

    const flower = [5.1, 3.5, 1.4, 0.2];
    for (const [title, body, error] of [
      ["too few numbers", { instances: [flower, [1, 2, 3]] }, /^instances\.1: .*at least 4 items/],
      ["a text", { instances: [[5.1, "3.5", 1.4, 0.2]] }, /^instances\.0\.1: .*valid number$/],
      [
        "a number below 0",
        { instances: [[5.1, 3.5, -1, 0]] },
        /^instances\.0\.2: .*or equal to 0$/,
      ],
      ["no instance", { instances: [] }, /^instances: .*at least 1 item/],
      [
        "more than 1024",
        { instances: Array(1025).fill(flower) },
        /^instances: .*at most 1024 items/,
      ],
      ["another key", { rows: [flower] }, /^instances: Field required$/],
      ["what is no JSON", '{"instances": [', /^character \d+: JSON decode error$/],
    ] as const) {
      it(`refuses ${title}, and says where it is`, async () => {
        const answer = await predict(body);
        assert.equal(answer.status, 422);
        assert.match(z.object({ error: z.string() }).parse(answer.body).error, error);
      });
    }

    it("says what is missing when there is no model", async () => {
      const empty = join(scratch, "empty");
      mkdirSync(empty, { recursive: true });
      const { status, output } = await runImage(image, {
        args: onLoopback,
        mounts: { "/models": empty },
      });
      assert.notEqual(status, 0);
      assert.match(output, /\/models\/model\.onnx is missing: MODEL_PATH must name the folder/);
    });

    it("has no code that reports to anybody", () => {
      const folder = join(image.root, "usr/local/lib");
      const libraries = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        /onnxruntime.*\.so/.test(name),
      );
      assert.ok(libraries.length > 0);
      for (const name of libraries) {
        assert.equal(
          readFileSync(join(folder, name)).includes("events.data.microsoft"),
          false,
          name,
        );
      }
    });
  });

  it("are the same to the last bit in another cache and with another umask", async function () {
    this.timeout(coldMs);
    const [before, umask] = [process.env["INFERENCE_PLATFORM_CACHE"], process.umask()];
    const usual = [await ensureImage("iris", silent), await ensureImage("pause", silent)];
    const packages = readdirSync(buildsRoot()).filter((name) => /^debian-packages-\w+$/.test(name));
    const from = buildsRoot();
    try {
      process.env["INFERENCE_PLATFORM_CACHE"] = join(scratch, "cache");
      // Debian may have newer versions by now; that is another image.
      for (const name of packages) {
        cpSync(join(from, name), join(buildsRoot(), name), {
          recursive: true,
          verbatimSymlinks: true,
        });
      }
      process.umask(0o077);
      const again = [await ensureImage("iris", silent), await ensureImage("pause", silent)];
      assert.deepEqual(
        again.map(({ reference, digest }) => ({ reference, digest })),
        usual.map(({ reference, digest }) => ({ reference, digest })),
      );
      assert.notEqual(again[0]?.archive, usual[0]?.archive);
      for (const [index, { archive }] of again.entries()) {
        const other = usual[index]?.archive ?? "";
        assert.equal(await runTool("cmp", [archive, other]), "");
      }
    } finally {
      process.umask(umask);
      if (before === undefined) delete process.env["INFERENCE_PLATFORM_CACHE"];
      else process.env["INFERENCE_PLATFORM_CACHE"] = before;
    }
  });

  it("hold no model that is wrong too often: training refuses it", async () => {
    const example = join(checkoutRoot, "examples", "iris");
    const wheels = await ensureWheels({ file: join(example, "train-requirements.lock") }, silent);
    const program = `import sys, train; train.STEPS = 0; sys.exit(train.main())`;
    const files = ["--model", join(scratch, "bad.onnx"), "--held-back", join(scratch, "bad.json")];
    await assert.rejects(
      runWithWheels(
        wheels,
        ["-c", `import sys; sys.path.insert(0, ${JSON.stringify(example)}); ${program}`, ...files],
        silent,
      ),
      /refused: accuracy 0\.333 on held-back rows is below 0\.9/,
    );
    assert.deepEqual(
      readdirSync(scratch).filter((name) => name.startsWith("bad.")),
      [],
    );
  });

  describe("storage-initializer", () => {
    let image: UnpackedImage;

    before(async function () {
      this.timeout(coldMs);
      const made = await ensureImage("storage-initializer", silent);
      image = unpackImage(made, join(scratch, "storage-initializer"));
    });

    async function download(
      path: string,
      uid: number,
    ): Promise<{ status: number | null; output: string; folder: string }> {
      const server = modelBucket(join(scratch, "models"), () => {});
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const port = z.object({ port: z.number() }).parse(server.address()).port;
        const folder = mkdtempSync(join(scratch, "downloaded-"));
        chmodSync(folder, 0o777);
        const args = [`http://127.0.0.1:${port}/${path}`, "/models"];
        return { ...(await runImage(image, { args, uid, mounts: { "/models": folder } })), folder };
      } finally {
        server.close();
      }
    }

    it("copies a model's folder out of the local bucket, whoever it runs as", async () => {
      for (const uid of [1000, 10001]) {
        const { status, output, folder } = await download("flowers/iris/1.tar", uid);
        assert.equal(status, 0, output);
        assert.deepEqual(readdirSync(folder), ["model.onnx"]);
        assert.deepEqual(readFileSync(join(folder, "model.onnx")), readFileSync(trained.model));
      }
    });

    it("fails and says why when the model is not there", async () => {
      const { status, output, folder } = await download("flowers/rose/1.tar", 10001);
      assert.equal(status, 1);
      assert.match(output, /Storage initialization failed: HTTP resource not found/);
      assert.deepEqual(readdirSync(folder), []);
    });

    it("names the image to use for a cloud's bucket", async () => {
      const { status, output } = await runImage(image, {
        args: ["gs://bucket/model", "/tmp/model"],
      });
      assert.equal(status, 1);
      assert.match(
        output,
        /this image takes http\(s\) only; s3, gs and azure need KServe's own image/,
      );
    });
  });

  describe("pause", () => {
    it("waits until it is told to end", async () => {
      const image = unpackImage(await ensureImage("pause", silent), join(scratch, "pause"));
      const child = startImage(image, { uid: 65535 });
      started.push(child);
      await sleep(500);
      assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    });
  });

  describe("iris with faults", () => {
    let image: UnpackedImage;

    before(async function () {
      this.timeout(coldMs);
      const made = await buildImage(irisFaulty, silent);
      assert.equal(made.reference, "localhost/inference-platform-test/iris-faulty:0.1.0");
      image = unpackImage(made, join(scratch, "faulty"));
    });

    const post = (url: string) => fetch(url, { method: "POST" });
    const statusOf = async (url: string) => (await fetch(url)).status;

    it("serves like the real one, and hangs when told to", async () => {
      const address = await serve(image);
      const body = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });
      const headers = { "content-type": "application/json" };
      const request = { method: "POST", headers, body };
      const answer = await fetch(`${address}/v1/models/iris:predict`, request);
      assert.deepEqual(answerShape.parse(await answer.json()).predictions, ["setosa"]);
      assert.equal(await statusOf(`${address}/healthz`), 200);
      assert.equal((await post(`${address}/debug/wedge`)).status, 200);
      await assert.rejects(fetch(`${address}/healthz`, { signal: AbortSignal.timeout(1_000) }), {
        name: "TimeoutError",
      });
      assert.equal(await statusOf(`${address}/readyz`), 200);
    });

    it("starts late and is never ready when told to", async () => {
      const begin = Date.now();
      const environment = { START_DELAY_SECONDS: "3", NEVER_READY: "1" };
      const address = await serve(image, { environment });
      assert.ok(Date.now() - begin >= 3_000);
      assert.equal(await statusOf(`${address}/healthz`), 200);
      assert.equal(await statusOf(`${address}/readyz`), 503);
    });

    it("really takes the memory that it is told to", async () => {
      const address = await serve(image);
      const [child] = started;
      const before = residentMiB(child);
      assert.equal((await post(`${address}/debug/allocate?mib=200`)).status, 200);
      const grown = residentMiB(child) - before;
      assert.ok(grown > 190 && grown < 260, `${grown} MiB`);
    });
  });

  describe("a node's tools", () => {
    it("run with libraries of their own", async () => {
      const { path, runc } = await nodeTools(silent);
      for (const [program, args, answer] of [
        [join(path, "nft"), ["--version"], /^nftables v/],
        [join(path, "ip"), ["-Version"], /^ip utility/],
        [join(path, "openssl"), ["version"], /^OpenSSL 3/],
        [runc, ["--version"], /^runc version/],
      ] as const) {
        assert.match(await runTool(program, args), answer);
      }
    });

    it("take no library of the machine", async () => {
      const packages = await ensureDebianFolder(nodePackages, silent);
      for (const program of ["usr/sbin/nft", "usr/bin/ip", "usr/bin/openssl"]) {
        const [loader, ...args] = debianCommand(packages, program);
        const listed = await runTool(loader, ["--list", ...args]);
        const libraries = [...listed.matchAll(/=> (\S+)/g)].map(([, path]) => path ?? "");
        assert.ok(libraries.length > 1, listed);
        assert.deepEqual(
          libraries.filter((path) => !path.startsWith(packages)),
          [],
        );
      }
    });
  });
});

/** Memory of the program in a namespace, below the process that made that and its first one. */
function residentMiB(child: ChildProcess | undefined): number {
  const [init = 0] = childrenOf(child?.pid ?? 0);
  const [program] = childrenOf(init);
  const status = readFileSync(`/proc/${program}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
