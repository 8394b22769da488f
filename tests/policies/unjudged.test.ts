import assert from "node:assert/strict";
import fc from "fast-check";
import { type Change, container, deployment } from "../../policies/cases.ts";
import { rules } from "../../policies/rules/index.ts";
import { isOpen } from "../../policies/unjudged.ts";
import { examples, pathsIn, reportsOn, withReplaced } from "./examples.ts";
import { asSeen, unknowns, unknownText, unknownValueError } from "./policy-sdk.ts";

/** Each place of each example, with a value the engine does not know yet in it. */
const places = examples.flatMap((example) =>
  example.stack.flatMap((resource, index) =>
    pathsIn(resource.props).map((path) => ({ example, index, path })),
  ),
);

/** What an unknown value may turn out to be, beside what the example has. */
const outcomes = fc.constantFrom<unknown>(
  undefined,
  true,
  false,
  0,
  1,
  500,
  "",
  "0",
  "ALL",
  "Unconfined",
  "restricted",
  "server:latest",
  "open-sesame",
  [],
  {},
);

describe("a value unknown at preview", () => {
  it("is the error that the SDK throws", () => {
    assert.ok(isOpen(unknownValueError));
  });

  it("changes nothing where no rule needs it", () => {
    for (const example of examples)
      for (const rule of rules)
        assert.deepEqual(
          reportsOn(rule, { ...example, stack: asSeen(example.stack) }),
          reportsOn(rule, example),
          example.title,
        );
  });

  it("is never a violation, and never hides one that it may turn out to be", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom(...unknowns),
        fc.option(outcomes, { nil: "as given" }),
        ({ example, index, path }, unknown, outcome) => {
          const { environment, stack } = example;
          const seen = asSeen(withReplaced(stack, index, path, unknown));
          const later = outcome === "as given" ? stack : withReplaced(stack, index, path, outcome);
          for (const rule of rules) {
            const now = reportsOn(rule, { environment, stack: seen });
            const then = reportsOn(rule, { environment, stack: later });
            for (const [at, reports] of now.entries()) {
              const objects = reports.some((report) => report.outcome === "violation");
              const leavesOpen = reports.some((report) => report.outcome === "unjudged");
              const objectsLater = then[at]?.some((report) => report.outcome === "violation");
              const place = `${rule.id} on ${example.title}: ${path.join(".")}`;
              if (objects) assert.ok(objectsLater, `objects to an unknown value: ${place}`);
              else if (objectsLater) assert.ok(leavesOpen, `passes an unknown value: ${place}`);
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("is named by its path, and hides nothing beside it", () => {
    const stack = [
      deployment({
        pod: {
          containers: [
            container({ name: "main", image: unknownText }),
            container({ name: "sidecar", image: "sidecar:1" }),
          ],
        },
      }),
    ];
    const messages = rules.flatMap((rule) =>
      reportsOn(rule, { environment: "prod", stack: asSeen(stack) })
        .flat()
        .filter(({ message }) => message.includes("image"))
        .map(({ message }) => message),
    );
    assert.deepEqual(messages, [
      "could not be judged: Deployment vision/resnet50: spec.template.spec.containers[0].image is not known before the update",
      "Deployment vision/resnet50: container sidecar has an image without a digest\nfix: write the image as registry/name:tag@sha256:<digest>",
    ]);
  });

  it("in an object's name leaves the name in the program, and in its namespace the bare name", () => {
    const named = (metadata: Change) => deployment({ metadata, container: { image: "a:1" } });
    const [digest] = rules.filter(({ id }) => id === "wl-image-digest");
    assert.ok(digest);
    const stack = [
      { ...named({ name: unknownText }), name: "program" },
      named({ namespace: unknownText }),
    ];
    assert.deepEqual(
      reportsOn(digest, { environment: "prod", stack: asSeen(stack) })
        .flat()
        .map(({ message }) => message.split(":")[0]),
      ["Deployment program", "Deployment resnet50"],
    );
  });
});
