import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Recipe, recipes } from "../../../../embedded/images/recipes.ts";
import { checkoutRoot } from "../../../../embedded/paths.ts";
import { fastapi } from "../../../../platform/facts/servers/fastapi.ts";

const all = Object.entries<Recipe>(recipes);
const example = join(checkoutRoot, "examples", "iris");

/** `name==version` of each requirement, in lower case and with hyphens, as lock files have them. */
function pins(text: string): readonly string[] {
  const lines = text.split("\n").filter((line) => /^[A-Za-z]/.test(line));
  return lines.map((line) =>
    (line.split(" ")[0] ?? "").toLowerCase().replaceAll(/[._](?=.*==)/g, "-"),
  );
}

describe("the recipes of images", () => {
  for (const [name, { reference, uid }] of all) {
    it(`${name} is named after itself, and does not run as root`, () => {
      assert.match(
        reference,
        new RegExp(`^localhost/inference-platform/${name}:\\d+\\.\\d+\\.\\d+$`),
      );
      assert.ok(uid >= 1000);
    });
  }

  const locks = [
    ...all.flatMap(([, { python }]) => (python === undefined ? [] : [python.file])),
    join(example, "train-requirements.lock"),
  ];
  for (const lock of locks) {
    it(`${lock.slice(checkoutRoot.length + 1)} pins all that its requirements name, with hashes`, () => {
      const text = readFileSync(lock, "utf8");
      const wanted = pins(readFileSync(lock.replace(/\.lock$/, ".txt"), "utf8"));
      assert.ok(wanted.length > 0);
      assert.deepEqual(
        wanted.filter((pin) => !pins(text).includes(pin)),
        [],
      );
      for (const requirement of text.split(/\n(?=[a-z])/).slice(1)) {
        assert.match(requirement, /^\S+==\S+ (; .*)?\\\n {4}--hash=sha256:[0-9a-f]{64}/);
      }
      assert.doesNotMatch(text, /https?:/);
    });
  }

  it("take the versions that they are named after", () => {
    const { file } = recipes["storage-initializer"].python;
    const version = recipes["storage-initializer"].reference.split(":")[1];
    assert.ok(pins(readFileSync(file, "utf8")).includes(`kserve-storage==${version}`));
  });

  it("fit the FastAPI server: its user, and the version whose drain is known", () => {
    assert.equal(recipes.iris.uid, fastapi.user.uid);
    assert.ok(pins(readFileSync(recipes.iris.python.file, "utf8")).includes("uvicorn==0.54.0"));
  });

  it("are what the Dockerfile makes, too", () => {
    const text = readFileSync(join(example, "Dockerfile"), "utf8");
    const { uid, entrypoint, workingDir } = recipes.iris;
    assert.ok(text.includes(`USER ${uid}:${uid}\n`));
    assert.ok(text.includes(`ENTRYPOINT ${JSON.stringify(entrypoint).replaceAll(",", ", ")}\n`));
    assert.ok(text.includes(`WORKDIR ${workingDir}\n`));
  });
});
