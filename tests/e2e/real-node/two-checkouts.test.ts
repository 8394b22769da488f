/** Two checkouts with a real node each, on one machine at once. */
import assert from "node:assert/strict";
import { initOf } from "../../../embedded/kubernetes/node/enter.ts";
import { CheckoutCopy } from "../../support/checkout-copy.ts";
import { namespaceOf } from "../../support/machine-state.ts";
import { assertAnswers, irisUrl, nodeProcesses, pidsOf } from "../../support/real-node.ts";

describe("Two checkouts on one machine", function () {
  this.timeout(240_000);
  let copies: readonly [CheckoutCopy, CheckoutCopy];
  let urls: readonly [string, string];

  before(() => {
    copies = [new CheckoutCopy(), new CheckoutCopy()];
  });
  after(async () => {
    for (const copy of copies) await copy.remove();
  });

  it("come up at the same time, and both answer", async () => {
    const [first, second] = copies;
    const [one, two] = await Promise.all([first.npm("up"), second.npm("up")]);
    assert.equal(one.code, 0, one.text);
    assert.equal(two.code, 0, two.text);
    urls = [irisUrl(one), irisUrl(two)];
    assert.notEqual(urls[0], urls[1]);
    await Promise.all(urls.map(assertAnswers));
  });

  it("share no port, no control group and no network namespace", () => {
    const [first, second] = copies;
    assertDistinct(first.ports(), second.ports());
    assertDistinct(cgroupsOf(first), cgroupsOf(second));
    assertDistinct([networkOf(first)], [networkOf(second)]);
  });

  it("are left alone by the down of the other", async () => {
    const [first, second] = copies;
    const { code, text } = await first.npm("down");
    assert.equal(code, 0, text);
    assert.deepEqual(first.processes(), []);
    await assertAnswers(urls[1]);
    const again = await second.npm("up");
    assert.match(again.stdout, /^Stack local is up: nothing to change\.$/m, again.text);
    assert.equal(irisUrl(again), urls[1]);
    await assert.rejects(fetch(urls[0]), "nobody is left at the address of the other");
  });
});

function assertDistinct(one: readonly string[], two: readonly string[]): void {
  assert.ok(one.length > 0 && two.length > 0);
  assert.deepEqual(
    one.filter((item) => two.includes(item)),
    [],
  );
}

function cgroupsOf(copy: CheckoutCopy): readonly string[] {
  const file = copy.stateFiles().find((path) => path.endsWith("node/cgroups.json"));
  const folders: unknown = JSON.parse(copy.stateText(file ?? assert.fail("no control groups")));
  return Array.isArray(folders) ? folders.map(String) : [];
}

function networkOf(copy: CheckoutCopy): string {
  const [holder = 0] = pidsOf(copy, nodeProcesses.holder);
  return namespaceOf(initOf(holder) ?? 0) ?? assert.fail("the node does not run");
}
