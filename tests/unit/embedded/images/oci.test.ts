import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  configOf,
  type Descriptor,
  type ImageContent,
  indexOf,
  manifestOf,
  writeImage,
} from "../../../../embedded/images/oci.ts";

const layer: Descriptor = {
  mediaType: "application/vnd.oci.image.layer.v1.tar",
  digest: `sha256:${"a".repeat(64)}`,
  size: 10_240,
};
const content: ImageContent = {
  reference: "localhost/test/app:1.2.3",
  architecture: "amd64",
  config: {
    uid: 10001,
    entrypoint: ["/app", "serve"],
    environment: { PATH: "/usr/bin", HOME: "/tmp" },
    workingDir: "/work",
  },
  layers: [],
};

describe("the parts of an OCI image", () => {
  it("say how a container runs, and name the layers by their content", () => {
    assert.deepEqual(configOf(content, [layer]), {
      architecture: "amd64",
      os: "linux",
      config: {
        User: "10001:10001",
        Env: ["PATH=/usr/bin", "HOME=/tmp"],
        Entrypoint: ["/app", "serve"],
        WorkingDir: "/work",
      },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
    });
  });

  it("are held together by the manifest", () => {
    assert.deepEqual(manifestOf(layer, [layer, layer]), {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: layer,
      layers: [layer, layer],
    });
  });

  it("give containerd the name of the image", () => {
    assert.deepEqual(indexOf(content, layer), {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        {
          ...layer,
          platform: { architecture: "amd64", os: "linux" },
          annotations: {
            "io.containerd.image.name": "localhost/test/app:1.2.3",
            "org.opencontainers.image.ref.name": "1.2.3",
          },
        },
      ],
    });
  });
});

describe("an OCI archive", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "oci-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A folder with a program, a file and a link. */
  function makeFolder(name: string, text = "#!/bin/sh\n"): string {
    const folder = join(root, name);
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(join(folder, "bin", "app"), text, { mode: 0o755 });
    writeFileSync(join(folder, "data"), "data");
    symlinkSync("bin/app", join(folder, "link"));
    return folder;
  }

  /** The same folder, made in another order, at another time, by somebody with other habits. */
  function makeOddFolder(name: string): string {
    const folder = join(root, name);
    mkdirSync(folder);
    symlinkSync("bin/app", join(folder, "link"));
    writeFileSync(join(folder, "data"), "data");
    chmodSync(join(folder, "data"), 0o600);
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "app"), "#!/bin/sh\n");
    chmodSync(join(folder, "bin", "app"), 0o4711);
    chmodSync(join(folder, "bin"), 0o2770);
    utimesSync(join(folder, "data"), 1, 1);
    return folder;
  }

  const write = (name: string, layers: readonly string[], reference = content.reference) =>
    writeImage({ ...content, reference, layers }, join(root, name), join(root, "scratch"));

  const read = (name: string, path: string) =>
    execFileSync("tar", ["-xOf", join(root, name), path], { maxBuffer: 1e8 });

  it("holds each blob under its own digest, and nothing else", async () => {
    const digest = await write("a.tar", [makeFolder("one"), makeFolder("two", "other")]);
    const names = execFileSync("tar", ["-tf", join(root, "a.tar")], { encoding: "utf8" }).split(
      "\n",
    );
    assert.deepEqual(names.slice(0, 4), ["oci-layout", "index.json", "blobs/", "blobs/sha256/"]);
    const blobs = names.filter((name) => /^blobs\/sha256\/./.test(name));
    assert.equal(blobs.length, 4, "two layers, config, manifest");
    for (const name of blobs) {
      const hash = createHash("sha256").update(read("a.tar", name)).digest("hex");
      assert.equal(name, `blobs/sha256/${hash}`);
    }
    assert.ok(blobs.includes(`blobs/${digest.replace(":", "/")}`));
    assert.equal(String(read("a.tar", "oci-layout")), '{"imageLayoutVersion":"1.0.0"}');
    assert.ok(String(read("a.tar", "index.json")).includes(digest));
    assert.equal(existsSync(join(root, "scratch")), false);
  });

  it("is the same whoever made the files, when and in which order", async () => {
    const first = await write("a.tar", [makeFolder("one")]);
    assert.equal(await write("b.tar", [makeOddFolder("two")]), first);
    assert.deepEqual(readFileSync(join(root, "a.tar")), readFileSync(join(root, "b.tar")));
  });

  for (const [title, other] of [
    ["a file", () => write("b.tar", [makeFolder("two", "#!/bin/sh\n#")])],
    ["the order of layers", () => write("b.tar", [makeFolder("two", "x"), makeFolder("three")])],
  ] as const) {
    it(`has another digest when ${title} is another`, async () => {
      const first = await write("a.tar", [makeFolder("one"), makeFolder("four", "x")]);
      assert.notEqual(await other(), first);
    });
  }

  it("has files that anybody may read, root owns and nobody writes", async () => {
    await write("a.tar", [makeOddFolder("one")]);
    const manifest = String(read("a.tar", "index.json"));
    assert.ok(manifest.length > 0);
    const layout = join(root, "layout");
    mkdirSync(layout);
    execFileSync("tar", ["-xf", join(root, "a.tar"), "-C", layout]);
    const blobs = join(layout, "blobs/sha256");
    const names = execFileSync("sh", ["-c", 'ls -S "$0" | head -1', blobs], { encoding: "utf8" });
    const listed = execFileSync("tar", ["-tvf", join(blobs, names.trim())], {
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC" },
    });
    assert.deepEqual(
      listed
        .trim()
        .split("\n")
        .map((line) => line.replaceAll(/\s+/g, " ")),
      [
        "drwxr-xr-x 0/0 0 1970-01-01 00:00 ./",
        "drwxr-xr-x 0/0 0 1970-01-01 00:00 ./bin/",
        "-rwxr-xr-x 0/0 10 1970-01-01 00:00 ./bin/app",
        "-rw-r--r-- 0/0 4 1970-01-01 00:00 ./data",
        "lrwxr-xr-x 0/0 0 1970-01-01 00:00 ./link -> bin/app",
      ],
    );
  });

  it("leaves no scratch when it fails", async () => {
    await assert.rejects(write("a.tar", [join(root, "missing")]), { name: "Failure" });
    assert.equal(existsSync(join(root, "scratch")), false);
  });
});
