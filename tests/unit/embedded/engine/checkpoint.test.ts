import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Checkpoint,
  type CheckpointResource,
  hasPendingOperations,
  type IdOf,
  mendCheckpoint,
} from "../../../../embedded/engine/checkpoint.ts";

const idOf: IdOf = (type, inputs) => (type === "fake:Thing" ? String(inputs["name"]) : undefined);

function thing(name: string, change: Partial<CheckpointResource> = {}): CheckpointResource {
  return {
    urn: `urn::${name}`,
    type: "fake:Thing",
    custom: true,
    id: name,
    inputs: { name },
    ...change,
  };
}

function pending(name: string, change: Partial<CheckpointResource> = {}): CheckpointResource {
  const { id: _none, ...resource } = thing(name, change);
  return resource;
}

type Operation = readonly [type: string, resource: CheckpointResource];

function checkpoint(
  resources: readonly CheckpointResource[],
  ...operations: readonly Operation[]
): Checkpoint {
  const pending_operations = operations.map(([type, resource]) => ({ type, resource }));
  return { version: 3, checkpoint: { latest: { resources, pending_operations } } };
}

function mended(file: Checkpoint) {
  const { checkpoint: result, doubtful, lost } = mendCheckpoint(file, idOf);
  return { resources: result.checkpoint.latest?.resources, doubtful, lost };
}

describe("pending operations of a killed run", () => {
  it("become resources where something was being created", () => {
    const file = checkpoint([thing("a")], ["creating", pending("b")], ["creating", pending("c")]);
    assert.deepEqual(mended(file), {
      resources: [thing("a"), thing("b"), thing("c")],
      doubtful: ["urn::b", "urn::c"],
      lost: [],
    });
  });

  it("are cleared and told where nothing gives the id", () => {
    const file = checkpoint([], ["creating", pending("b", { type: "other:Thing" })]);
    assert.deepEqual(mended(file), { resources: [], doubtful: [], lost: ["urn::b"] });
  });

  it("are cleared for components and providers, which exist in the state only", () => {
    const file = checkpoint(
      [],
      ["creating", pending("c", { type: "fake:Thing", custom: false })],
      ["creating", pending("p", { type: "pulumi:providers:fake" })],
    );
    assert.deepEqual(mended(file), { resources: [], doubtful: [], lost: [] });
  });

  for (const type of ["updating", "deleting"]) {
    it(`leave the resource to be read again where it was ${type}`, () => {
      const file = checkpoint([thing("a")], [type, thing("a")]);
      assert.deepEqual(mended(file), { resources: [thing("a")], doubtful: ["urn::a"], lost: [] });
    });
  }

  it("are cleared where something was only read", () => {
    const file = checkpoint([thing("a")], ["reading", thing("a")]);
    assert.deepEqual(mended(file), { resources: [thing("a")], doubtful: [], lost: [] });
  });

  it("of a replacement under another id leave the old one to be deleted", () => {
    const old = thing("a", { id: "a-old" });
    assert.deepEqual(mended(checkpoint([old, thing("z")], ["creating", pending("a")])), {
      resources: [{ ...old, delete: true }, thing("z"), thing("a")],
      doubtful: ["urn::a"],
      lost: [],
    });
  });

  it("of a replacement under the same id stand for one object, deleted first or not", () => {
    const deleted = thing("a", { pendingReplacement: true });
    assert.deepEqual(mended(checkpoint([deleted, thing("z")], ["creating", pending("a")])), {
      resources: [thing("a"), thing("z")],
      doubtful: ["urn::a"],
      lost: [],
    });
  });

  it("do not touch an old one that is to be deleted anyway", () => {
    const old = thing("a", { id: "a-old", delete: true });
    assert.deepEqual(mended(checkpoint([old], ["creating", pending("a")])).resources, [
      old,
      thing("a"),
    ]);
  });

  it("are none in the state of a stack that was never brought up", () => {
    const empty: Checkpoint = { version: 3, checkpoint: {} };
    assert.equal(hasPendingOperations(empty), false);
    assert.deepEqual(mendCheckpoint(empty, idOf).checkpoint, empty);
  });

  it("are seen by whether there are any", () => {
    assert.equal(hasPendingOperations(checkpoint([thing("a")])), false);
    assert.equal(hasPendingOperations(checkpoint([], ["creating", pending("a")])), true);
  });

  it("are gone after mending, no URN lives twice, and nothing is forgotten, for any state", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const resource = fc.record({
      name,
      id: fc.constantFrom("a", "b", "old"),
      pendingReplacement: fc.boolean(),
    });
    const operation = fc.tuple(
      fc.constantFrom("creating", "updating", "deleting", "reading"),
      name,
    );
    const resources = fc.uniqueArray(resource, { selector: ({ name: key }) => key });
    const operations = fc.uniqueArray(operation, { selector: ([, key]) => key });
    fc.assert(
      fc.property(resources, operations, (states, begun) => {
        const file = checkpoint(
          states.map((state) =>
            thing(state.name, { id: state.id, pendingReplacement: state.pendingReplacement }),
          ),
          ...begun.map(([type, key]): Operation => [type, pending(key)]),
        );
        const { checkpoint: result } = mendCheckpoint(file, idOf);
        assert.equal(hasPendingOperations(result), false);
        const after = result.checkpoint.latest?.resources ?? [];
        const living = after.filter((state) => state.delete !== true).map(({ urn }) => urn);
        assert.equal(new Set(living).size, living.length);
        for (const { name: key, id } of states) {
          assert.ok(
            after.some((state) => state.urn === `urn::${key}` && state.id === id),
            `${key} ${id}`,
          );
        }
        for (const [type, key] of begun) {
          if (type === "creating")
            assert.ok(after.some(({ urn, id }) => urn === `urn::${key}` && id === key));
        }
      }),
    );
  });
});
