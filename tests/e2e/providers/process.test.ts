/** The process of an embedded provider; it needs no cluster. */
import { once } from "node:events";
import { startProvider } from "../../support/provider-client.ts";

describe("embedded providers on a real API", function () {
  this.timeout(120_000);

  describe("process of a provider", () => {
    for (const name of ["kubernetes", "local"] as const) {
      it(`ends with its engine: ${name}`, async () => {
        const alone = await startProvider(name);
        alone.child.stdin?.destroy();
        await once(alone.child, "exit");
        await alone.stop();
      });
    }
  });
});
