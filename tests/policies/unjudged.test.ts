import assert from "node:assert/strict";
import { UnknownValueError, unknownCheckingProxy } from "@pulumi/policy";
import fc from "fast-check";
import { container, deployment } from "../../policies/cases.ts";
import type { Resource } from "../../policies/define-rule.ts";
import { rules } from "../../policies/rules/index.ts";
import { isOpen } from "../../policies/unjudged.ts";
import { examples, pathsIn, reportsOn, withReplaced } from "./examples.ts";

/** What stands for an unknown text, number and so on; the SDK does not export them (1.21.0, `proxy.js`). */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns: readonly string[] = [
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/** The stack as the SDK shows it to a policy. */
function asSeen(stack: readonly Resource[]): readonly Resource[] {
  return stack.map((resource) => ({ ...resource, props: unknownCheckingProxy(resource.props) }));
}

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
    assert.ok(isOpen(new UnknownValueError(unknownText, ["spec"])));
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
});
