/**
 * The form of the two kinds of file that people write. The one parser: editors get JSON Schema made from it
 * (`docs/schema/`). Only form is judged here; what the parts mean together is the plan's to judge.
 */
import { z } from "zod";
import { type CloudName, clouds } from "../contracts/cloud.ts";
import { type GpuModel, gpus } from "../facts/gpus.ts";
import { kubernetesVersions } from "../facts/kubernetes.ts";
import { type ServerId, servers } from "../facts/servers/index.ts";
import { namePattern } from "../names.ts";
import { durationPattern, memoryPattern } from "../units.ts";
import { environmentNames } from "./environments.ts";

/** How a value must be written, in the words a person is told. What a key is for is its description. */
export const forms = z.registry<{ readonly form: string }>();

function text(pattern: RegExp, form: string) {
  return z.string().regex(pattern).register(forms, { form });
}

const name = text(namePattern, "a name of a-z, 0-9 and -, from a letter on, at most 40 long");
const memory = text(memoryPattern, "a size such as 512MiB or 16GiB");
const duration = text(durationPattern, "a duration such as 30s or 5m");
const date = text(z.regexes.date, "a date such as 2027-01-31");
const line = text(/^\S(.*\S)?$/, "one line of text");
const labelKey = text(
  /^([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  "a Kubernetes label key",
);
const labelValue = text(
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
  "a Kubernetes label value, at most 63 long",
);

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

const common = {
  version: z.literal(1).describe("version of this format"),
  kind: z.literal("platform").describe("platform: cluster, pools, teams and their services"),
  name: name.describe("base of every name; cannot be changed once the stack is up"),
  environment: z.enum(environmentNames).describe("which rules and defaults apply"),
  owner: name.describe("team that runs the platform"),
  costCenter: text(
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    "letters, digits and - between them, at most 32 long",
  ).describe("who pays"),
  kubernetes: z
    .strictObject({ version: z.enum(kubernetesVersions).describe("minor version, quoted") })
    .describe("the cluster's Kubernetes"),
  pools: z.record(name, poolSchema).describe("node pools, by name"),
  teams: z.record(name, teamSchema).describe("teams, by namespace"),
  services: z.record(name, placedServiceSchema).optional().describe("services, by name"),
  policy: z
    .strictObject({
      waivers: z.array(waiverSchema).max(200).optional().describe("exceptions from rules"),
    })
    .optional()
    .describe("what the guardrails are told"),
};

/** One member of the union per cloud, so that another cloud's keys are a parse error, not an ignored block. */
const platformSchemas = {
  local: z.strictObject({ ...common, cloud: z.literal("local").describe("the embedded cluster") }),
} satisfies Record<CloudName, z.ZodType>;

/** The schema of a platform spec on `cloud`. */
export function platformSchema(cloud: CloudName) {
  return platformSchemas[cloud];
}

/** Any platform spec. */
export const anyPlatformSchema = z.discriminatedUnion("cloud", [platformSchemas.local]);

/** A spec whose cloud nobody can make out: a wrong one must not hide what else is wrong. */
export const undecidedPlatformSchema = z.strictObject({ ...common, cloud: z.enum(clouds) });

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
export type PoolSpec = z.infer<typeof poolSchema>;
export type TeamSpec = z.infer<typeof teamSchema>;
export type PlacedService = z.infer<typeof placedServiceSchema>;
export type Waiver = z.infer<typeof waiverSchema>;
export type ServiceSpec = z.infer<typeof anyServiceSchema>;
/** A fixed number or bounds. */
export type Size = PoolSpec["nodes"];
