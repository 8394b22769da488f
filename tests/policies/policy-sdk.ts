/** What policies meet at preview, made by the SDK itself. */
import * as proxy from "@pulumi/policy/proxy.js";
import type { Resource } from "../../policies/define-rule.ts";

/** The SDK's declarations leave these out (1.21.0). */
declare module "@pulumi/policy/proxy.js" {
  export const unknownStringValue: string;
  export const unknownBooleanValue: string;
  export const unknownNumberValue: string;
  export const unknownArrayValue: string;
  export const unknownObjectValue: string;
  export function unknownCheckingProxy(props: unknown): unknown;
  export class UnknownValueError extends Error {
    constructor(sentinel: string, path: readonly string[]);
  }
}

/** Stands for a text that the engine does not know yet. */
export const unknownText = proxy.unknownStringValue;

/** What stands for an unknown value of each type. */
export const unknowns: readonly string[] = [
  proxy.unknownStringValue,
  proxy.unknownBooleanValue,
  proxy.unknownNumberValue,
  proxy.unknownArrayValue,
  proxy.unknownObjectValue,
];

/** The error that touching an unknown value throws. */
export const unknownValueError = new proxy.UnknownValueError(unknownText, ["spec"]);

/** A stack as the SDK shows it to a policy. */
export function asSeen(stack: readonly Resource[]): readonly Resource[] {
  return stack.map((resource) => ({
    ...resource,
    props: proxy.unknownCheckingProxy(resource.props),
  }));
}
