/** Values of all shapes that the engine and a provider exchange. */
import fc from "fast-check";
import {
  type Inputs,
  isMap,
  jsonOf,
  type Output,
  type Outputs,
  secret,
  unknown,
} from "../../embedded/clouds/property-value.ts";
import { reveal } from "../../embedded/clouds/secrets.ts";

/** Any value. */
export const anyValue: fc.Arbitrary<Output> = fc.letrec<{ value: Output }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.constant(unknown),
    tie("value").map(secret),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Any properties. */
export const anyOutputs: fc.Arbitrary<Outputs> = fc.dictionary(fc.string(), anyValue, {
  maxKeys: 4,
  noNullPrototype: true,
});

/** Any properties that are plain JSON. */
export const plainInputs: fc.Arbitrary<Inputs> = anyOutputs.map((outputs): Inputs => {
  const plain = jsonOf(reveal(outputs));
  return isMap(plain) ? plain : {};
});
