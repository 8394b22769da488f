import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  architecture,
  debianCommand,
  debianKey,
  ensureDebianFolder,
  packageList,
} from "../../../../embedded/images/debian.ts";
import { buildsRoot } from "../../../../embedded/paths.ts";
import { silent } from "../../../../embedded/progress.ts";

const bookworm = 'PRETTY_NAME="Debian"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n';

describe("the folder of Debian packages", () => {
  const key = debianKey(["a", "b"], bookworm, "x64");

  it("is the same for the same packages in another order, and under another name of the release", () => {
    assert.match(key, /^debian-packages-[0-9a-f]{12}$/);
    assert.equal(debianKey(["b", "a"], bookworm, "x64"), key);
    assert.equal(debianKey(["a", "b"], bookworm.replace("Debian", "My Debian"), "x64"), key);
  });

  for (const [title, other] of [
    ["other packages", debianKey(["a", "c"], bookworm, "x64")],
    ["another release", debianKey(["a", "b"], bookworm.replace("12", "13"), "x64")],
    ["another distribution", debianKey(["a", "b"], bookworm.replace("=debian", "=ubuntu"), "x64")],
    ["another processor", debianKey(["a", "b"], bookworm, "arm64")],
  ] as const) {
    it(`is another one for ${title}`, () => assert.notEqual(other, key));
  }
});

describe("a program of Debian packages", () => {
  it("is run by the loader and with the libraries beside it", () => {
    const { libraries, loader } = architecture();
    assert.deepEqual(debianCommand("/packages", "usr/sbin/nft"), [
      `/packages/usr/lib/${libraries}/${loader}`,
      "--library-path",
      `/packages/usr/lib/${libraries}`,
      "/packages/usr/sbin/nft",
    ]);
  });
});

/** Stands for apt: says what it was asked for, and has two packages, an old one for `/lib` and a new one for `/usr/lib`. */
const aptGet = `#!/bin/sh
echo "$@" >> "$FAKE/asked"
for word in "$@"; do
  case $word in
  Dir::Cache::archives=*) archives=\${word#*=} ;;
  --version) exit ;;
  update) [ ! -e "$FAKE/no-update" ] || { echo "source is broken" >&2; exit 100; } ;;
  install) [ ! -e "$FAKE/no-install" ] || { echo "E: no such package" >&2; exit 100; }
    cp "$FAKE"/packages/*.deb "$archives" ;;
  esac
done
`;

/** Stands for dpkg-deb: packages of these tests are tar files without more. */
const dpkgDeb = `#!/bin/sh
case $1 in
--fsys-tarfile) cat "$2" ;;
--field) printf 'Package: %s\\nVersion: 1.2-3\\n' "$(basename "$2" .deb)" ;;
esac
`;

describe("getting Debian packages", () => {
  let root: string;
  let asked: string;
  const saved = { ...process.env };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "debian-"));
    asked = join(root, "asked");
    mkdirSync(join(root, "bin"));
    for (const [name, text] of [
      ["apt-get", aptGet],
      ["dpkg-deb", dpkgDeb],
    ] as const) {
      writeFileSync(join(root, "bin", name), text, { mode: 0o755 });
    }
    addPackage("old", { "lib/old.so": "old", "usr/share/doc/old/copyright": "free" });
    addPackage("new", { "usr/lib/new.so": "new" });
    process.env["PATH"] = `${join(root, "bin")}:${saved["PATH"]}`;
    process.env["FAKE"] = root;
    process.env["INFERENCE_PLATFORM_CACHE"] = join(root, "cache");
  });
  afterEach(() => {
    for (const name of ["PATH", "FAKE", "INFERENCE_PLATFORM_CACHE"]) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
    rmSync(root, { recursive: true, force: true });
  });

  function addPackage(name: string, files: Readonly<Record<string, string>>): void {
    const folder = join(root, "source", name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      chmodSync(join(folder, path), 0o644);
    }
    mkdirSync(join(root, "packages"), { recursive: true });
    execFileSync("tar", ["-cf", join(root, "packages", `${name}.deb`), "-C", folder, "."]);
  }

  it("unpacks them into one root file system, where /lib is /usr/lib", async () => {
    const folder = await ensureDebianFolder(["old", "new"], silent);
    assert.deepEqual(readdirSync(join(folder, "usr/lib")), ["new.so", "old.so"]);
    assert.equal(readlinkSync(join(folder, "lib")), "usr/lib");
    assert.equal(readFileSync(join(folder, "lib/new.so"), "utf8"), "new");
    assert.deepEqual(readdirSync(folder), ["bin", "lib", "lib64", "sbin", "usr", "var"]);
  });

  it("lists them with their versions where scanners look", async () => {
    const folder = await ensureDebianFolder(["old", "new"], silent);
    const entry = (name: string) =>
      `Package: ${name}\nVersion: 1.2-3\nStatus: install ok installed\n\n`;
    assert.equal(packageList(folder), entry("new") + entry("old"));
  });

  it("keeps apt out of the machine's own folders, and only downloads", async () => {
    const folder = await ensureDebianFolder(["old"], silent);
    const [update = "", install = ""] = readFileSync(asked, "utf8")
      .split("\n")
      .filter((line) => line !== "--version");
    assert.match(update, / -qq update$/);
    assert.match(install, / -qq --no-install-recommends --download-only install old$/);
    for (const line of [update, install]) {
      for (const name of ["State", "State::lists", "State::status", "Cache", "Cache::archives"]) {
        const path = new RegExp(` Dir::${name}=(\\S+)`).exec(line)?.[1] ?? "";
        assert.ok(path.startsWith(`${folder}.partial-`), `${name}: ${path}`);
      }
    }
  });

  it("does so once", async () => {
    const folder = await ensureDebianFolder(["old"], silent);
    rmSync(asked);
    assert.equal(await ensureDebianFolder(["old"], silent), folder);
    assert.equal(existsSync(asked), false);
    assert.equal(statSync(folder).isDirectory(), true);
  });

  it("does without a source that is broken when the others have everything", async () => {
    writeFileSync(join(root, "no-update"), "");
    await ensureDebianFolder(["old"], silent);
  });

  it("leaves nothing behind when a package cannot be had, and says all that was wrong", async () => {
    writeFileSync(join(root, "no-update"), "");
    writeFileSync(join(root, "no-install"), "");
    await assert.rejects(ensureDebianFolder(["old"], silent), {
      name: "Failure",
      message:
        "apt-get failed; its last lines:\n  E: no such package\n" +
        "apt-get failed; its last lines:\n  source is broken",
    });
    assert.deepEqual(readdirSync(buildsRoot()), []);
  });

  for (const missing of ["apt-get", "dpkg-deb", "tar"]) {
    it(`names ${missing} where it is missing`, async () => {
      const bin = join(root, "bin");
      if (missing !== "tar") rmSync(join(bin, missing));
      process.env["PATH"] = bin;
      for (const name of ["basename", "cat", "cp", "sh"]) {
        symlinkSync(
          execFileSync("/bin/sh", ["-c", `command -v ${name}`], {
            encoding: "utf8",
            env: saved,
          }).trim(),
          join(bin, name),
        );
      }
      await assert.rejects(ensureDebianFolder(["old"], silent), {
        name: "Failure",
        message: `${missing} is not on this machine; images are made of Debian packages, on Debian or Ubuntu`,
      });
    });
  }
});
