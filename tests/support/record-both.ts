/** Runs a component test as a preview and as a real run: both must register the same. */
import { type Recorded, record } from "./record.ts";

export function inBothModes(
  build: () => unknown,
  check: (resources: readonly Recorded[]) => void,
): void {
  for (const preview of [true, false]) {
    it(preview ? "holds in a preview" : "holds in a real run", async () => {
      check(await record(build, preview));
    });
  }
}

/** The one resource of `type` called `name`. */
export function one(resources: readonly Recorded[], type: string, name: string): Recorded {
  const found = resources.filter((resource) => resource.type === type && resource.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} resources "${type} ${name}"`);
  }
  return only;
}
