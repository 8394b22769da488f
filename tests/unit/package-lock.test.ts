import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { read, readStrings } from "../../embedded/kubernetes/objects.ts";
import { checkoutRoot } from "../../embedded/paths.ts";

/**
 * `npm ci` refuses a lock file that leaves out an optional dependency, for example another machine's binary. `npm install`
 * leaves those out that the registry in use does not have: give them back by hand, with the version that their parent pins.
 */
describe("package-lock.json", () => {
  const lock: unknown = JSON.parse(readFileSync(join(checkoutRoot, "package-lock.json"), "utf8"));
  const packages = Object.entries(read(lock, "packages") ?? {});

  it("lists every optional dependency, also those of other machines", () => {
    const names = new Set(packages.map(([path]) => path.split("node_modules/").at(-1)));
    const wanted = packages.flatMap(([, entry]) =>
      Object.keys(readStrings(entry, "optionalDependencies")),
    );
    assert.deepEqual(
      wanted.filter((name) => !names.has(name)),
      [],
    );
    assert.ok(wanted.length > 30);
  });

  it("records no download host", () => {
    assert.deepEqual(
      packages.filter(([, entry]) => read(entry, "resolved") !== undefined),
      [],
    );
  });
});
