/** What the real service answers, asked through its Service with rows that its model has not seen. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ensureIrisModel } from "../../../embedded/images/model.ts";
import { silent } from "../../../embedded/progress.ts";
import { type RealStack, withRealStack } from "../../support/real-stack.ts";

const rowsShape = z.array(z.object({ measurements: z.array(z.number()), class: z.string() }));
const answerShape = z.object({ predictions: z.array(z.string()) });

describe("answers of a real service", function () {
  this.timeout(120_000);
  let stack: RealStack;
  let rows: z.infer<typeof rowsShape>;

  withRealStack((on) => {
    stack = on;
  });
  before(async () => {
    const { heldBack } = await ensureIrisModel(join(stack.copy.root, "models"), silent);
    rows = rowsShape.parse(JSON.parse(readFileSync(heldBack, "utf8")));
  });

  async function predict(measurements: readonly number[]): Promise<string | undefined> {
    const answer = await fetch(stack.request.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ instances: [measurements] }),
    });
    assert.equal(answer.status, 200);
    return answerShape.parse(await answer.json()).predictions[0];
  }

  it("are right for nine of ten rows, each sent by itself", async () => {
    let right = 0;
    for (const row of rows) {
      if ((await predict(row.measurements)) === row.class) right++;
    }
    console.log(`      ${right} of ${rows.length} right`);
    assert.ok(rows.length >= 30, `${rows.length} rows`);
    assert.ok(right / rows.length >= 0.9, `${right} of ${rows.length}`);
  });

  it("differ where the class differs", async () => {
    const typical = [
      [5.1, 3.5, 1.4, 0.2],
      [6.3, 3.3, 6.0, 2.5],
    ];
    assert.deepEqual(await Promise.all(typical.map(predict)), ["setosa", "virginica"]);
  });
});
