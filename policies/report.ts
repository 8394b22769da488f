/** Every text the pack prints, and what each means: the command line counts outcomes by it. */
import { describe } from "./address.ts";
import type { Resource } from "./define-rule.ts";
import type { Waiver } from "./waivers.ts";

/** What a policy event of the engine says. */
export type Outcome = "violation" | "waived" | "unjudged" | "stale-waiver";

const unjudgedPrefix = "could not be judged: ";
const waivedPrefix = "waived until ";
const stalePrefix = "stale waiver: ";

/**
 * A violation, for example
 *
 *     Deployment vision/resnet50: container main is privileged
 *     fix: remove securityContext.privileged from the container
 *
 * The engine prints the policy, its level and severity above and indents the lines.
 */
export function violationText(
  resource: Resource,
  what: string,
  fix: string,
  lapsed?: Waiver,
): string {
  const lines = [`${describe(resource)}: ${what}`, `fix: ${fix}`];
  if (lapsed) lines.push(`its waiver expired on ${lapsed.until} (${lapsed.owner}: ${lapsed.why})`);
  return lines.join("\n");
}

/** A violation that a waiver accepts. */
export function waivedText(
  resource: Resource,
  what: string,
  { until, owner, why }: Waiver,
): string {
  return `${waivedPrefix}${until} (${owner}: ${why}): ${describe(resource)}: ${what}`;
}

/** A resource that a rule could neither pass nor object to. */
export function unjudgedText(resource: Resource, what: string): string {
  return `${unjudgedPrefix}${describe(resource)}: ${what}`;
}

/** A waiver that nothing needed. */
export function staleWaiverText({ rule, resource, until, owner }: Waiver): string {
  return `${stalePrefix}${rule} for ${resource} until ${until} (${owner}) waives nothing\nfix: remove it, or correct its resource`;
}

/**
 * What the message of a policy event says. Takes it as the engine sends it, colour tags and all, and takes the SDK's own
 * words for a policy that met an unknown value.
 */
export function classify(message: string): Outcome {
  const text = message.replace(/<\{%[^%]*%\}>/g, "").trimStart();
  if (text.startsWith(unjudgedPrefix) || /^can't run policy .* during preview/.test(text))
    return "unjudged";
  if (text.startsWith(waivedPrefix)) return "waived";
  return text.startsWith(stalePrefix) ? "stale-waiver" : "violation";
}
