/** Sizes that a spec gives as a number or as bounds. */
import {
  answer,
  type Capabilities,
  type Capability,
  type Feature,
} from "../contracts/capability.ts";
import type { CloudName } from "../contracts/cloud.ts";
import { cloudFacts } from "../facts/clouds.ts";
import { existingCluster } from "../facts/existing-cluster.ts";
import type { Draft, DraftSize } from "../spec/draft.ts";
import { environments } from "../spec/environments.ts";
import type { Path } from "../spec/path.ts";
import type { Size } from "../spec/schema.ts";
import type { Source } from "../spec/source.ts";
import type { Judgement } from "./judgement.ts";
import type { Bounds } from "./plan.ts";

/** What it takes to follow bounds. */
const features = {
  nodes: "nodeAutoscaling",
  replicas: "replicaAutoscaling",
} as const satisfies Record<DraftSize["of"], Feature>;

/** The bounds of `size`, or `undefined` when they are the wrong way round. */
export function boundsOf(size: Size): Bounds | undefined {
  if (typeof size === "number") return { min: size, max: size };
  return size.min > size.max ? undefined : size;
}

/** Refuses sizes that make no sense, and those that the cloud or the environment does not allow. */
export function judgeSizes(draft: Draft, judge: Judgement): void {
  for (const draftSize of draft.sizes) {
    const { size } = draftSize;
    if (typeof size !== "number") judgeBounds(draftSize, size, draft, judge);
    if (draftSize.of === "replicas") judgeReplicas(draftSize, draft, judge);
  }
}

function judgeBounds(
  { path, of }: DraftSize,
  bounds: Bounds,
  draft: Draft,
  judge: Judgement,
): void {
  const { source, cloud } = draft;
  const { min, max } = bounds;
  if (min > max) {
    judge.refuse(source, path, {
      code: "min-above-max",
      problem: `got min ${min} above max ${max}`,
      allowed: "min is at most max",
      fix: `set min to ${max} or less, or max to ${min} or more`,
    });
  } else if (min < max && cloud !== undefined) {
    const capability = capabilitiesOf(draft, cloud)[features[of]];
    judgeCapability(path, bounds, cloud, capability, source, judge);
  }
}

function capabilitiesOf({ cluster }: Draft, cloud: CloudName): Capabilities {
  return cluster?.kind === "existing"
    ? existingCluster.capabilities
    : cloudFacts[cloud].capabilities;
}

/** Refuses bounds that `cloud` cannot follow, and notes what differs where it follows them in a way of its own. */
export function judgeCapability(
  path: Path,
  { min, max }: Bounds,
  cloud: CloudName,
  capability: Capability,
  source: Source,
  judge: Judgement,
): void {
  const { refusal, note } = answer(capability);
  if (note !== undefined) judge.note(`${path.join(".")}: ${note}`);
  if (refusal === undefined) return;
  judge.refuse(source, path, {
    code: "capability-none",
    problem: `got bounds from ${min} to ${max}, but ${cloud} cannot follow them: ${refusal}`,
    allowed: "one fixed number is allowed",
    fix: `write ${max}`,
  });
}

function judgeReplicas({ path, size }: DraftSize, draft: Draft, judge: Judgement): void {
  if (draft.environment === undefined) return;
  const { minReplicas } = environments[draft.environment];
  const least = typeof size === "number" ? size : size.min;
  if (least >= minReplicas) return;
  judge.refuse(draft.source, typeof size === "number" ? path : [...path, "min"], {
    code: "out-of-range",
    problem: `got ${least}`,
    allowed: `a service in ${draft.environment} has at least ${minReplicas}`,
    fix: `write ${minReplicas}`,
  });
}
