import assert from "node:assert/strict";
import type { IssueCode } from "../../../platform/issue.ts";
import { messagesOf } from "../../support/small-stack.ts";
import { form } from "./message-rows/form.ts";
import { meaning } from "./message-rows/meaning.ts";
import type { Rows } from "./message-rows/rows.ts";

/** Every code has its rows; `unknown-rule` is of the stacks layer, which knows the policy pack. */
const rows: Rows<Exclude<IssueCode, "unknown-rule">> = { ...form, ...meaning };

describe("messages", () => {
  it("are not needed for the stack that the others change", () => {
    assert.deepEqual(messagesOf(), []);
  });

  for (const [code, cases] of Object.entries(rows)) {
    describe(code, () => {
      for (const { title, edits, want } of cases) {
        it(`names ${title}`, () => assert.deepEqual(messagesOf(...edits), want));
      }
    });
  }
});
