/** The rules of the pack, in the order of the catalogue. */
import type { Rule } from "../define-rule.ts";
import { iamNoStaticKeys } from "./iam-no-static-keys.ts";
import { mlGpuIntegerLimits } from "./ml-gpu-integer-limits.ts";
import { mlGpuOnTaintedPool } from "./ml-gpu-on-tainted-pool.ts";
import { wlDropCaps } from "./wl-drop-caps.ts";
import { wlGracefulTermination } from "./wl-graceful-termination.ts";
import { wlHostNamespaces } from "./wl-host-namespaces.ts";
import { wlImageDigest } from "./wl-image-digest.ts";
import { wlNoPrivEscalation } from "./wl-no-priv-escalation.ts";
import { wlNoPrivileged } from "./wl-no-privileged.ts";
import { wlNonRoot } from "./wl-non-root.ts";
import { wlNsPsaLabels } from "./wl-ns-psa-labels.ts";
import { wlPdb } from "./wl-pdb.ts";
import { wlProbes } from "./wl-probes.ts";
import { wlReplicasProd } from "./wl-replicas-prod.ts";
import { wlRequestsLimits } from "./wl-requests-limits.ts";
import { wlSeccomp } from "./wl-seccomp.ts";
import { wlSelectorConsistency } from "./wl-selector-consistency.ts";
import { wlVolumeTypes } from "./wl-volume-types.ts";

export const rules: readonly Rule[] = [
  iamNoStaticKeys,
  wlNonRoot,
  wlNoPrivEscalation,
  wlNoPrivileged,
  wlDropCaps,
  wlSeccomp,
  wlHostNamespaces,
  wlVolumeTypes,
  wlNsPsaLabels,
  wlRequestsLimits,
  wlProbes,
  wlReplicasProd,
  wlPdb,
  wlGracefulTermination,
  wlImageDigest,
  wlSelectorConsistency,
  mlGpuIntegerLimits,
  mlGpuOnTaintedPool,
];
