/** Objects with immutable fields, for the test of the table in `embedded/clouds/kubernetes/immutable.ts`. */

/** Top-level fields of an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object, and changes of it that the table forbids or must let pass. */
export interface Sample {
  /** As in the table. */
  readonly kind: string;
  readonly version: string;
  readonly clusterWide?: true;
  readonly name?: string;
  readonly fields: Fields;
  /** Changed fields by the table's path that forbids it. */
  readonly refused: Readonly<Record<string, Fields>>;
  /** Changed fields that the table must not call immutable. */
  readonly allowed?: Fields;
}

const labels = { app: "a" };
const podSpec = { containers: [{ name: "main", image: "x:1" }] };
const template = { metadata: { labels }, spec: podSpec };
const workload = { selector: { matchLabels: labels }, template };
const newer = { ...template, spec: { containers: [{ name: "main", image: "x:2" }] } };
const otherLabels = { app: "b" };
const relabelled = {
  selector: { matchLabels: otherLabels },
  template: { ...template, metadata: { labels: otherLabels } },
};
const jobTemplate = { spec: { ...podSpec, restartPolicy: "Never" } };
const failurePolicy = {
  rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [1] } }],
};
const selectorOfJob = {
  manualSelector: true,
  selector: { matchLabels: labels },
  template: { metadata: { labels }, ...jobTemplate },
};
const claim = {
  accessModes: ["ReadWriteOnce"],
  storageClassName: "a",
  resources: { requests: { storage: "1Gi" } },
};
const role = (name: string) => ({
  apiGroup: "rbac.authorization.k8s.io",
  kind: "ClusterRole",
  name,
});
const definition = {
  group: "example.com",
  scope: "Namespaced",
  names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
  versions: [
    { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
  ],
};

/** At least one object for each row of the table. */
export const samples: readonly Sample[] = [
  ...["apps/Deployment", "apps/DaemonSet", "apps/ReplicaSet"].map((kind) => ({
    kind,
    version: "v1",
    fields: { spec: workload },
    refused: { "spec.selector": { spec: { ...workload, ...relabelled } } },
    allowed: { spec: { ...workload, template: newer } },
  })),
  {
    kind: "apps/StatefulSet",
    version: "v1",
    fields: { spec: { ...workload, serviceName: "a" } },
    refused: { spec: { spec: { ...workload, serviceName: "b" } } },
    allowed: {
      spec: {
        ...workload,
        serviceName: "a",
        template: newer,
        replicas: 0,
        minReadySeconds: 1,
        revisionHistoryLimit: 1,
        ordinals: { start: 1 },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
      },
    },
  },
  {
    kind: "batch/Job",
    version: "v1",
    fields: {
      spec: {
        template: jobTemplate,
        suspend: true,
        completionMode: "Indexed",
        completions: 1,
        parallelism: 1,
      },
    },
    refused: {
      "spec.template": { spec: { template: { spec: { ...jobTemplate.spec, hostNetwork: true } } } },
      "spec.completionMode": { spec: { template: jobTemplate, completionMode: "NonIndexed" } },
      "spec.podFailurePolicy": { spec: { template: jobTemplate, podFailurePolicy: failurePolicy } },
      "spec.backoffLimitPerIndex": { spec: { backoffLimitPerIndex: 1 } },
      "spec.managedBy": { spec: { managedBy: "example.com/other" } },
      "spec.successPolicy": { spec: { successPolicy: { rules: [{ succeededCount: 1 }] } } },
    },
    allowed: {
      spec: {
        template: jobTemplate,
        suspend: true,
        completionMode: "Indexed",
        completions: 2,
        parallelism: 2,
        backoffLimit: 1,
      },
    },
  },
  {
    kind: "batch/Job",
    name: "selected",
    version: "v1",
    fields: { spec: selectorOfJob },
    refused: {
      "spec.selector": {
        spec: { ...selectorOfJob, selector: { matchLabels: { ...labels, more: "1" } } },
      },
    },
  },
  {
    kind: "batch/Job",
    name: "counted",
    version: "v1",
    fields: { spec: { template: jobTemplate, completions: 1, suspend: true } },
    refused: {
      "spec.completions": { spec: { template: jobTemplate, completions: 2, suspend: true } },
    },
  },
  {
    kind: "Service",
    version: "v1",
    fields: {
      spec: {
        ports: [{ port: 80 }],
        clusterIP: "10.96.0.77",
        clusterIPs: ["10.96.0.77"],
        ipFamilies: ["IPv4"],
      },
    },
    refused: {
      "spec.clusterIP": { spec: { ports: [{ port: 80 }], clusterIP: "10.96.0.78" } },
      "spec.clusterIPs[0]": { spec: { clusterIP: "10.96.0.78", clusterIPs: ["10.96.0.78"] } },
      "spec.ipFamilies[0]": { spec: { ipFamilies: ["IPv6"] } },
    },
    allowed: {
      spec: {
        ports: [{ port: 81 }],
        clusterIP: "10.96.0.77",
        clusterIPs: ["10.96.0.77"],
        ipFamilies: ["IPv4"],
        selector: labels,
      },
    },
  },
  {
    kind: "Service",
    name: "balanced",
    version: "v1",
    fields: {
      spec: { ports: [{ port: 80 }], type: "LoadBalancer", loadBalancerClass: "example.com/a" },
    },
    refused: {
      "spec.loadBalancerClass": {
        spec: { ports: [{ port: 80 }], type: "LoadBalancer", loadBalancerClass: "example.com/b" },
      },
    },
  },
  {
    kind: "PersistentVolumeClaim",
    version: "v1",
    fields: { spec: claim },
    refused: { spec: { spec: { ...claim, storageClassName: "b" } } },
  },
  {
    kind: "Pod",
    version: "v1",
    fields: { spec: { ...podSpec, activeDeadlineSeconds: 100 } },
    refused: {
      spec: {
        spec: { ...podSpec, activeDeadlineSeconds: 100, priority: 5, nodeSelector: { a: "b" } },
      },
    },
    allowed: {
      spec: {
        containers: [{ name: "main", image: "x:2" }],
        activeDeadlineSeconds: 50,
        tolerations: [{ key: "a", operator: "Exists" }],
      },
    },
  },
  {
    kind: "ConfigMap",
    version: "v1",
    fields: { immutable: true, data: { a: "1" }, binaryData: { b: "eA==" } },
    refused: {
      data: { immutable: true, data: { a: "2" }, binaryData: { b: "eA==" } },
      binaryData: { immutable: true, data: { a: "1" }, binaryData: { b: "eQ==" } },
      immutable: { immutable: false },
    },
  },
  {
    kind: "Secret",
    version: "v1",
    fields: { immutable: true, data: { a: "eA==" }, type: "example.com/a" },
    refused: {
      data: { data: { a: "eQ==" } },
      stringData: { stringData: { a: "y" } },
      immutable: { immutable: false },
      type: { type: "example.com/b" },
    },
  },
  {
    kind: "ResourceQuota",
    version: "v1",
    fields: { spec: { hard: { pods: "10" }, scopes: ["BestEffort"] } },
    refused: { "spec.scopes": { spec: { hard: { pods: "10" }, scopes: ["NotBestEffort"] } } },
    allowed: { spec: { hard: { pods: "20" }, scopes: ["BestEffort"] } },
  },
  ...(["RoleBinding", "ClusterRoleBinding"] as const).map(
    (kind): Sample => ({
      kind: `rbac.authorization.k8s.io/${kind}`,
      version: "v1",
      ...(kind === "ClusterRoleBinding" ? { clusterWide: true } : {}),
      fields: { roleRef: role("view"), subjects: [] },
      refused: { roleRef: { roleRef: role("edit") } },
      allowed: {
        roleRef: role("view"),
        subjects: [{ kind: "ServiceAccount", name: "a", namespace: "fixed" }],
      },
    }),
  ),
  {
    kind: "storage.k8s.io/StorageClass",
    version: "v1",
    clusterWide: true,
    fields: {
      provisioner: "a.b",
      parameters: { a: "1" },
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    },
    refused: {
      provisioner: { provisioner: "a.c" },
      parameters: { parameters: { a: "2" } },
      reclaimPolicy: { reclaimPolicy: "Retain" },
      volumeBindingMode: { volumeBindingMode: "WaitForFirstConsumer" },
    },
  },
  {
    kind: "scheduling.k8s.io/PriorityClass",
    version: "v1",
    clusterWide: true,
    fields: { value: 1, preemptionPolicy: "Never" },
    refused: {
      value: { value: 2 },
      preemptionPolicy: { preemptionPolicy: "PreemptLowerPriority" },
    },
  },
  {
    kind: "node.k8s.io/RuntimeClass",
    version: "v1",
    clusterWide: true,
    fields: { handler: "a" },
    refused: { handler: { handler: "b" } },
  },
  {
    kind: "networking.k8s.io/IngressClass",
    version: "v1",
    clusterWide: true,
    fields: { spec: { controller: "a.b/c" } },
    refused: { "spec.controller": { spec: { controller: "a.b/d" } } },
  },
  {
    kind: "apiextensions.k8s.io/CustomResourceDefinition",
    version: "v1",
    clusterWide: true,
    name: "things.example.com",
    fields: { spec: definition },
    refused: {
      "spec.group": { spec: { ...definition, group: "example.org" } },
      "spec.scope": { spec: { ...definition, scope: "Cluster" } },
      "spec.names.plural": {
        spec: { ...definition, names: { ...definition.names, plural: "others" } },
      },
      "spec.names.kind": { spec: { ...definition, names: { ...definition.names, kind: "Other" } } },
    },
  },
];
