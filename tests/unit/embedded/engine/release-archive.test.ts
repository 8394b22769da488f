import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadPulumi } from "../../../../embedded/engine/pulumi-cli.ts";
import { checksumOf, releaseFiles } from "../../../../embedded/engine/release-archive.ts";
import { pulumiVersion } from "../../../../embedded/engine/versions.ts";
import { silent } from "../../../../embedded/progress.ts";

describe("the names of a release", () => {
  it("are Pulumi's for the machine", () => {
    assert.deepEqual(releaseFiles("3.259.0", "linux", "x64"), {
      archive: "pulumi-v3.259.0-linux-x64.tar.gz",
      checksums: "pulumi-3.259.0-checksums.txt",
    });
    assert.equal(
      releaseFiles("3.259.0", "darwin", "arm64")?.archive,
      "pulumi-v3.259.0-darwin-arm64.tar.gz",
    );
  });

  it("are none where nothing is published", () => {
    assert.equal(releaseFiles("3.259.0", "linux", "riscv64"), undefined);
    assert.equal(releaseFiles("3.259.0", "sunos", "x64"), undefined);
  });
});

describe("a checksum file", () => {
  const sum = "a".repeat(64);

  it("gives the sum of the file by its exact name", () => {
    const text = `${"b".repeat(64)}  other-tool.tar.gz\n${sum.toUpperCase()} *tool.tar.gz\n`;
    assert.equal(checksumOf(text, "tool.tar.gz"), sum);
  });

  for (const [title, text] of [
    ["has no line for it", `${sum}  other.tar.gz\n`],
    ["has no SHA-256", "1234  tool.tar.gz\n"],
    ["is empty", ""],
  ] as const) {
    it(`is refused when it ${title}`, () => {
      assert.throws(() => checksumOf(text, "tool.tar.gz"), {
        name: "Failure",
        message: "the checksum file has no SHA-256 of tool.tar.gz",
      });
    });
  }
});

describe("downloading the release", () => {
  const files = releaseFiles(pulumiVersion, process.platform, process.arch);
  assert.ok(files);
  const { archive, checksums } = files;
  let root: string;
  let bytes: Buffer;
  let server: Server;
  let from: string;
  const before = process.env["INFERENCE_PLATFORM_CACHE"];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "release-"));
    process.env["INFERENCE_PLATFORM_CACHE"] = join(root, "cache");
    mkdirSync(join(root, "pulumi"));
    writeFileSync(join(root, "pulumi", "pulumi"), "#!/bin/sh\necho v3\n".repeat(10_000), {
      mode: 0o755,
    });
    writeFileSync(join(root, "pulumi", "pulumi-language-nodejs"), "#!/bin/sh\n", { mode: 0o755 });
    execFileSync("tar", ["-czf", join(root, "a.tar.gz"), "-C", root, "pulumi"]);
    bytes = readFileSync(join(root, "a.tar.gz"));
  });
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    if (before === undefined) delete process.env["INFERENCE_PLATFORM_CACHE"];
    else process.env["INFERENCE_PLATFORM_CACHE"] = before;
    rmSync(root, { recursive: true, force: true });
  });

  async function serve(answer: RequestListener): Promise<void> {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    from = `http://127.0.0.1:${address.port}/releases/sdk`;
  }

  function goodSums(): string {
    return `${createHash("sha256").update(bytes).digest("hex")}  ${archive}\n`;
  }

  function left(): readonly string[] {
    const builds = join(root, "cache", "builds");
    return existsSync(builds) ? readdirSync(builds) : [];
  }

  it("unpacks the CLI with its language host beside it", async () => {
    const asked: string[] = [];
    await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end(request.url?.endsWith(".txt") ? goodSums() : bytes);
    });
    const path = await downloadPulumi(silent, from);
    assert.deepEqual(asked, [`/releases/sdk/${checksums}`, `/releases/sdk/${archive}`]);
    assert.deepEqual(readdirSync(join(path, "..")), ["pulumi", "pulumi-language-nodejs"]);
    assert.deepEqual(readdirSync(join(path, "..", "..")), ["bin"]);
  });

  it("refuses an archive whose checksum differs, and keeps nothing of it", async () => {
    const wrong = "0".repeat(64);
    await serve((request, response) => {
      response.end(request.url?.endsWith(".txt") ? `${wrong}  ${archive}\n` : bytes);
    });
    const found = createHash("sha256").update(bytes).digest("hex");
    await assert.rejects(downloadPulumi(silent, from), {
      name: "Failure",
      message: `${archive} has SHA-256 ${found}, but ${checksums} says ${wrong}`,
    });
    assert.deepEqual(left(), []);
  });

  it("refuses a download that is cut off, and keeps nothing of it", async () => {
    await serve((request, response) => {
      if (request.url?.endsWith(".txt")) return response.end(goodSums());
      response.writeHead(200, { "content-length": bytes.length });
      return response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
    });
    await assert.rejects(downloadPulumi(silent, from), (error: Error) => {
      assert.equal(error.name, "Failure");
      return error.message.startsWith(
        `the download of ${from}/${archive} broke off after 0.0 MB: `,
      );
    });
    assert.deepEqual(left(), []);
  });

  it("says what the server answered", async () => {
    await serve((_request, response) => response.writeHead(404).end());
    await assert.rejects(downloadPulumi(silent, from), {
      name: "Failure",
      message: `${from}/${checksums} could not be read: it answered 404 Not Found`,
    });
  });

  it("says when nobody listens", async () => {
    await serve(() => {});
    server.close();
    await assert.rejects(downloadPulumi(silent, from), (error: Error) =>
      error.message.startsWith(`${from}/${checksums} could not be read: connect ECONNREFUSED`),
    );
  });
});
