/** How a policy reads its config: the schema that the engine checks it by, and its values in the rules' own terms. */
import type { PolicyConfigSchema } from "@pulumi/policy";
import { environmentNames } from "../platform/spec/environments.ts";
import type { Cap, CapValue, Rule, Situation } from "./define-rule.ts";
import { at, listAt, textAt } from "./read.ts";
import type { Waiver } from "./waivers.ts";

type Schema = PolicyConfigSchema["properties"][string];

const waiverKeys = ["rule", "resource", "until", "owner", "why"];
const waiverSchema: Schema = {
  type: "object",
  required: waiverKeys,
  additionalProperties: false,
  properties: Object.fromEntries(waiverKeys.map((key) => [key, { type: "string", minLength: 1 }])),
};

/** Schema of a policy's properties. The engine fills in the defaults, so a pack without config judges as in prod. */
export function settingsSchema({ caps = [] }: Pick<Rule, "caps"> = {}): PolicyConfigSchema {
  return {
    properties: {
      environment: { type: "string", enum: [...environmentNames], default: "prod" },
      waivers: { type: "array", items: waiverSchema, default: [] },
      ...Object.fromEntries(caps.map((cap) => [cap.name, capSchema(cap)])),
    },
  };
}

function capSchema({ default: value, means }: Cap): Schema {
  return typeof value === "number"
    ? { type: "number", minimum: 0, default: value, description: means }
    : { type: "array", items: { type: "string" }, default: [...value], description: means };
}

export interface Settings {
  readonly situation: Situation;
  readonly waivers: readonly Waiver[];
}

/** What a policy's properties say; what they leave out holds as in prod, without a waiver. */
export function readSettings(properties: unknown): Settings {
  const given = textAt(properties, "environment");
  return {
    situation: {
      environment: environmentNames.find((environment) => environment === given) ?? "prod",
      valueOf: (cap) => {
        const value = at(properties, cap.name);
        return fits(cap.default, value) ? value : cap.default;
      },
    },
    waivers: listAt(properties, "waivers").filter(isWaiver),
  };
}

/** Whether `value` may stand for a cap with this default. */
export function fits<T extends CapValue>(form: T, value: unknown): value is T {
  return typeof form === "number"
    ? typeof value === "number" && value >= 0
    : Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isWaiver(value: unknown): value is Waiver {
  return waiverKeys.every((key) => textAt(value, key) !== undefined);
}
