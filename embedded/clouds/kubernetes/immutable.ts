/**
 * Fields that the API refuses to change: only a new object can have another value. Rows follow the validation in the API
 * server's own sources at 1.36.2; what a row leaves out, the API refuses in its own words.
 */
import type { Path } from "../difference.ts";
import { type Inputs, isMap, textOf } from "../property-value.ts";

interface ImmutableRow {
  /** Kinds by their API group and name; the group without a name is left out. Versions share their rules. */
  readonly kinds: readonly string[];
  /** Immutable, with everything below. */
  readonly paths: readonly string[];
  /** Mutable all the same. `*` stands for any position. */
  readonly except?: readonly string[];
  /** Only for objects that were made like this. @default - all */
  readonly when?: (old: Inputs) => boolean;
  /** Function in k8s.io/kubernetes v1.36.2 `pkg/apis`, or the module named. */
  readonly source: string;
}

/** An object's name is its identity. */
const everyKind: readonly string[] = ["metadata.name", "metadata.namespace"];

const isFrozen = (old: Inputs): boolean => old["immutable"] === true;

export const immutableRows: readonly ImmutableRow[] = [
  {
    kinds: ["apps/Deployment", "apps/DaemonSet", "apps/ReplicaSet"],
    paths: ["spec.selector"],
    source:
      "apps/validation: ValidateDeploymentUpdate, ValidateDaemonSetSpecUpdate, ValidateReplicaSetUpdate",
  },
  {
    kinds: ["apps/StatefulSet"],
    paths: ["spec"],
    except: [
      "spec.replicas",
      "spec.ordinals",
      "spec.template",
      "spec.updateStrategy",
      "spec.revisionHistoryLimit",
      "spec.persistentVolumeClaimRetentionPolicy",
      "spec.minReadySeconds",
    ],
    source: "apps/validation: ValidateStatefulSetUpdate",
  },
  {
    kinds: ["batch/Job"],
    paths: [
      "spec.selector",
      "spec.template",
      "spec.completionMode",
      "spec.podFailurePolicy",
      "spec.backoffLimitPerIndex",
      "spec.managedBy",
      "spec.successPolicy",
    ],
    source: "batch/validation: ValidateJobSpecUpdate",
  },
  {
    kinds: ["batch/Job"],
    paths: ["spec.completions"],
    when: (old) => field(old, "spec", "completionMode") !== "Indexed",
    source: "batch/validation: validateCompletions",
  },
  {
    kinds: ["Service"],
    paths: ["spec.clusterIP", "spec.clusterIPs[0]", "spec.ipFamilies[0]"],
    when: (old) => field(old, "spec", "type") !== "ExternalName",
    source:
      "core/validation: validateUpgradeDowngradeClusterIPs, validateUpgradeDowngradeIPFamilies",
  },
  {
    kinds: ["Service"],
    paths: ["spec.loadBalancerClass"],
    when: (old) => field(old, "spec", "type") === "LoadBalancer",
    source: "core/validation: validateLoadBalancerClassField",
  },
  {
    kinds: ["PersistentVolumeClaim"],
    paths: ["spec"],
    except: ["spec.resources.requests", "spec.volumeAttributesClassName"],
    source: "core/validation: ValidatePersistentVolumeClaimUpdate",
  },
  {
    kinds: ["Pod"],
    paths: ["spec"],
    except: [
      "spec.containers[*].image",
      "spec.initContainers[*].image",
      "spec.activeDeadlineSeconds",
      "spec.tolerations",
      "spec.schedulingGates",
    ],
    source: "core/validation: ValidatePodUpdate",
  },
  {
    kinds: ["ConfigMap"],
    paths: ["data", "binaryData", "immutable"],
    when: isFrozen,
    source: "core/validation: ValidateConfigMapUpdate",
  },
  {
    kinds: ["Secret"],
    paths: ["data", "stringData", "immutable"],
    when: isFrozen,
    source: "core/validation: ValidateSecretUpdate",
  },
  { kinds: ["Secret"], paths: ["type"], source: "core/validation: ValidateSecretUpdate" },
  {
    kinds: ["ResourceQuota"],
    paths: ["spec.scopes"],
    source: "core/validation: ValidateResourceQuotaUpdate",
  },
  {
    kinds: [
      "rbac.authorization.k8s.io/RoleBinding",
      "rbac.authorization.k8s.io/ClusterRoleBinding",
    ],
    paths: ["roleRef"],
    source: "rbac/validation: ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate",
  },
  {
    kinds: ["storage.k8s.io/StorageClass"],
    paths: ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
    source: "storage/validation: ValidateStorageClassUpdate",
  },
  {
    kinds: ["scheduling.k8s.io/PriorityClass"],
    paths: ["value", "preemptionPolicy"],
    source: "scheduling/validation: ValidatePriorityClassUpdate",
  },
  {
    kinds: ["node.k8s.io/RuntimeClass"],
    paths: ["handler"],
    source: "node/validation: ValidateRuntimeClassUpdate",
  },
  {
    kinds: ["networking.k8s.io/IngressClass"],
    paths: ["spec.controller"],
    source: "networking/validation: validateIngressClassSpecUpdate",
  },
  {
    kinds: ["apiextensions.k8s.io/CustomResourceDefinition"],
    paths: ["spec.group", "spec.scope", "spec.names.plural", "spec.names.kind"],
    source:
      "k8s.io/apiextensions-apiserver v0.36.2 pkg/apis/apiextensions/validation: validateCustomResourceDefinitionSpecUpdate",
  },
];

function field(inputs: Inputs, parent: string, name: string): unknown {
  const holder = inputs[parent];
  return holder !== undefined && isMap(holder) ? holder[name] : undefined;
}

/** Whether the object that `old` asked for would have to be made anew for a change at `path`. */
export function replacesObject(old: Inputs, path: Path): boolean {
  const name = groupKindOf(old);
  const rows = immutableRows.filter(
    ({ kinds, when }) => kinds.includes(name) && when?.(old) !== false,
  );
  return (
    everyKind.some((pattern) => touches(pattern, path)) ||
    rows.some(({ paths, except = [] }) =>
      paths.some(
        (pattern) => touches(pattern, path) && !except.some((other) => holds(other, path)),
      ),
    )
  );
}

function groupKindOf(old: Inputs): string {
  const kind = textOf(old["kind"]) ?? "";
  const [group, version] = (textOf(old["apiVersion"]) ?? "").split("/");
  return version === undefined ? kind : `${group}/${kind}`;
}

/** Whether a change at `path` is at, below or above the pattern. */
function touches(pattern: string, path: Path): boolean {
  const parts = partsOf(pattern);
  return sharesStart(parts, path, Math.min(parts.length, path.length));
}

/** Whether `path` is at or below the pattern. */
function holds(pattern: string, path: Path): boolean {
  const parts = partsOf(pattern);
  return parts.length <= path.length && sharesStart(parts, path, parts.length);
}

function sharesStart(parts: readonly string[], path: Path, length: number): boolean {
  return parts.slice(0, length).every((part, at) => part === "*" || part === String(path[at]));
}

function partsOf(pattern: string): readonly string[] {
  return pattern.split(/[.[\]]+/).filter((part) => part !== "");
}
