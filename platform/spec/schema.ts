/**
 * The form of the two kinds of file that people write. The one parser: editors get JSON Schema made from it
 * (`docs/schema/`). Only form is judged here; what the parts mean together is the plan's to judge.
 */
import { z } from "zod";
import { type CloudName, type ClusterKind, clouds } from "../contracts/cloud.ts";
import { type GpuModel, gpus } from "../facts/gpus.ts";
import { kubernetesVersions } from "../facts/kubernetes.ts";
import { type ServerId, servers } from "../facts/servers/index.ts";
import { environmentNames } from "./environments.ts";
import {
  date,
  duration,
  forms,
  labelKey,
  labelValue,
  line,
  memory,
  name,
  refused,
  text,
} from "./forms.ts";

const cpu = z.number().min(0.1).max(1024).describe("CPUs, for example 4 or 0.5");
const gpuModels = Object.keys(gpus) as [GpuModel, ...GpuModel[]];
const gpu = z.strictObject({
  model: z.enum(gpuModels).describe("model of the GPU; which counts a cloud has it in, see docs"),
  count: z.int().min(1).max(16).describe("how many of them"),
});

/** A size that is fixed (`2`) or has bounds (`{ min: 0, max: 8 }`). */
const size = (highest: number) => {
  const count = z.int().min(0).max(highest);
  return z.union([
    count.describe("a fixed number"),
    z.strictObject({ min: count.describe("never fewer"), max: count.describe("never more") }),
  ]);
};

export const poolSchema = z
  .strictObject({
    machine: z
      .union([
        name.describe("the cloud's own name of a machine type"),
        z.strictObject({ cpu, memory: memory.describe("memory of a node, for example 16GiB") }),
      ])
      .optional()
      .describe("the least a node must have, or the cloud's own name of a machine type"),
    gpu: gpu.optional().describe("GPUs of each node, by model and count"),
    nodes: size(1000).describe("number of nodes, or its bounds"),
    labels: z
      .record(labelKey, labelValue)
      .optional()
      .describe("labels of the nodes, beside those that the platform sets"),
    taints: z
      .array(
        z.strictObject({
          key: labelKey.describe("key of the taint"),
          value: labelValue.describe("value of the taint"),
          effect: z
            .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
            .describe("what happens to pods that do not tolerate it"),
        }),
      )
      .max(20)
      .optional()
      .describe("taints of the nodes, beside the GPU taint that the platform sets"),
  })
  .describe("nodes of one machine type");

export const teamSchema = z
  .strictObject({
    pools: z.array(name).min(1).max(50).describe("pools the team may use, in order of preference"),
    gpus: z.int().min(0).max(10_000).describe("most GPUs the team may hold at once"),
    modelPrefix: text(
      /^[a-z0-9][a-z0-9/-]*\/$/,
      "a folder of the model bucket, ending in /",
    ).describe("folder of the model bucket that the team's models are in"),
  })
  .describe("a team: its namespace, and what is allotted to it");

export const placedServiceSchema = z
  .strictObject({
    from: text(
      /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?\/[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
      "<team>/<name>, the file services/<team>/<name>.yaml",
    ).describe("<team>/<name> of the service's file below services/"),
    replicas: size(1000).describe("number of replicas, or its bounds"),
    pool: name.optional().describe("pool to run on; else the first of the team's that fits"),
  })
  .describe("a service of a team, and how many replicas of it run here");

export const waiverSchema = z
  .strictObject({
    rule: text(/^[a-z]+(-[a-z0-9]+)+$/, "id of the rule").describe("id of the rule"),
    resource: line.describe("what is waived: <namespace>/<name> of the object"),
    until: date.describe("last day of the waiver"),
    owner: name.describe("who answers for it"),
    why: line.describe("why it is accepted until then"),
  })
  .describe("an exception from a rule, until a day");

/** What every spec says of itself. */
export const common = {
  version: z.literal(1).describe("version of this format"),
  kind: z.literal("platform").describe("platform: cluster, pools, teams and their services"),
  name: name.describe("base of every name; cannot be changed once the stack is up"),
  environment: z.enum(environmentNames).describe("which rules and defaults apply"),
  owner: name.describe("team that runs the platform"),
  costCenter: text(
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    "letters, digits and - between them, at most 32 long",
  ).describe("who pays"),
};

const policy = z
  .strictObject({
    waivers: z.array(waiverSchema).max(200).optional().describe("exceptions from rules"),
  })
  .optional()
  .describe("what the guardrails are told");

export const versionSchema = z.enum(kubernetesVersions).describe("minor version, quoted");

export const existingClusterSchema = z
  .strictObject({
    context: text(/^\S(.*\S)?$/, "the name of a context in your kubeconfig").describe(
      "context of your kubeconfig, which is KUBECONFIG or ~/.kube/config",
    ),
    modelStore: text(
      /^(https|s3|gs):\/\/[a-z0-9][a-z0-9._-]*(:\d{1,5})?(\/[^\s?#]*[^\s?#/])?$/,
      "an address such as s3://models or https://models.example.com, without / at its end",
    )
      .optional()
      .describe("where pods find the models; a web server hands out each as <path>.tar"),
  })
  .describe("a cluster that exists already, for example of kind, k3d or minikube");

const ofOurNodes = refused("the nodes of an existing cluster are not ours to change");

/** The keys that differ between a cluster that is made and one that exists. */
const byCluster = {
  embedded: {
    kubernetes: z.strictObject({ version: versionSchema }).describe("the cluster's Kubernetes"),
    pools: z.record(name, poolSchema).describe("node pools, by name"),
    teams: z.record(name, teamSchema).describe("teams, by namespace"),
    services: z.record(name, placedServiceSchema).optional().describe("services, by name"),
  },
  existing: {
    kubernetes: z.strictObject({ use: existingClusterSchema }).describe("the cluster"),
    pools: ofOurNodes,
    teams: z.record(name, teamSchema.extend({ pools: ofOurNodes })).describe("teams, by namespace"),
    services: z
      .record(name, placedServiceSchema.extend({ pool: ofOurNodes }))
      .optional()
      .describe("services, by name"),
  },
  /** Nobody can say which: refuses only what both refuse. */
  undecided: {
    kubernetes: z
      .strictObject({
        version: versionSchema.optional(),
        use: existingClusterSchema.optional(),
      })
      .check(({ value: { version, use }, issues, value }) => {
        if ((version === undefined) !== (use === undefined)) return;
        const got = version === undefined ? "neither version nor use" : "both version and use";
        issues.push({ code: "custom", message: `got ${got}`, input: value });
      })
      .register(forms, {
        form: "a block with either version, for a cluster made here, or use, for one that exists",
      }),
    pools: z.record(name, poolSchema).optional(),
    teams: z.record(name, teamSchema.partial({ pools: true })),
    services: z.record(name, placedServiceSchema).optional(),
  },
};

const local = z
  .literal("local")
  .describe("this machine: the embedded cluster, or one of your own that exists");

/** One member of the union per cloud and kind of cluster, so that another one's keys are a parse error, not ignored. */
const platformSchemas = {
  local: {
    embedded: z.strictObject({ ...common, ...byCluster.embedded, policy, cloud: local }),
    existing: z.strictObject({ ...common, ...byCluster.existing, policy, cloud: local }),
  },
} satisfies Record<CloudName, Record<ClusterKind, z.ZodType>>;

export const cloudSchema = z.enum(clouds);

/** Of a spec whose cloud or cluster nobody can make out: a wrong one must not hide what else is wrong. */
const undecidedPlatformSchemas = {
  embedded: undecidedCloud(byCluster.embedded),
  existing: undecidedCloud(byCluster.existing),
  undecided: undecidedCloud(byCluster.undecided),
};

function undecidedCloud<Keys extends z.ZodRawShape>(keys: Keys) {
  return z.strictObject({ ...common, ...keys, policy, cloud: cloudSchema });
}

/** The schema of a platform spec, as far as its cloud and its cluster are clear. */
export function platformSchema(
  cloud: CloudName | undefined,
  cluster: ClusterKind | undefined,
): z.ZodType {
  return cloud === undefined || cluster === undefined
    ? undecidedPlatformSchemas[cluster ?? "undecided"]
    : platformSchemas[cloud][cluster];
}

/** Any platform spec. */
export const anyPlatformSchema = z.union([
  platformSchemas.local.embedded,
  platformSchemas.local.existing,
]);

const serviceCommon = {
  gpu: gpu.optional().describe("GPUs of each replica, by model and count"),
  resources: z
    .strictObject({ cpu, memory: memory.describe("memory: what is set aside, and the limit") })
    .describe("CPU and memory of each replica"),
  requestTimeout: duration.describe("longest a request may take; the drain waits for it"),
  example: z
    .strictObject({
      path: text(/^\/\S{0,500}$/, "a path such as /v1/models/iris:predict").describe(
        "path that the request is sent to",
      ),
      body: z.record(z.string(), z.unknown()).describe("what is sent, as JSON"),
    })
    .optional()
    .describe("a request that shows what the service does; `npm run up` sends it"),
};

export const modelSchema = z
  .strictObject({
    path: text(
      /^[a-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/,
      "a folder of the model bucket, for example vision/resnet50/3",
    ).describe("folder of the model bucket that holds the files"),
    size: memory.describe("size of all files of the model; timeouts follow from it"),
  })
  .describe("the model's files");

const image = text(
  /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)+:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[a-f0-9]{64})?$/,
  "registry/name:tag, best with @sha256:<digest>",
).describe("image that holds the application");

const serviceSchemas = {
  fastapi: z.strictObject({
    ...serviceCommon,
    server: z.literal("fastapi").describe("a FastAPI application of the team's own"),
    image,
    model: modelSchema.optional(),
  }),
  triton: z.strictObject({
    ...serviceCommon,
    server: z.literal("triton").describe("NVIDIA Triton Inference Server"),
    model: modelSchema,
  }),
} satisfies Record<ServerId, z.ZodType>;

/** The schema of a service file for `server`. */
export function serviceSchema(server: ServerId): (typeof serviceSchemas)[ServerId] {
  return serviceSchemas[server];
}

/** Any service file. */
export const anyServiceSchema = z.discriminatedUnion("server", [
  serviceSchemas.fastapi,
  serviceSchemas.triton,
]);

/** A service file whose server nobody can make out: refuses only what every server refuses. */
export const undecidedServiceSchema = z.strictObject({
  ...serviceCommon,
  server: z.enum(Object.keys(servers) as [ServerId, ...ServerId[]]),
  image: image.optional(),
  model: modelSchema.optional(),
});

export type PlatformSpec = z.infer<typeof anyPlatformSchema>;
export type ExistingCluster = z.infer<typeof existingClusterSchema>;
export type PoolSpec = z.infer<typeof poolSchema>;
export type TeamSpec = z.infer<typeof teamSchema>;
export type PlacedService = z.infer<typeof placedServiceSchema>;
export type Waiver = z.infer<typeof waiverSchema>;
export type ServiceSpec = z.infer<typeof anyServiceSchema>;
/** A fixed number or bounds. */
export type Size = PoolSpec["nodes"];
