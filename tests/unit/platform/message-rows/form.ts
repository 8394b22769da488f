/** Problems of the form of one file. */
import { onExistingCluster } from "../../../support/small-stack.ts";
import type { Rows } from "./rows.ts";

const aName = "a name of a-z, 0-9 and -, from a letter on, at most 40 long";
const anAddress =
  "an address such as s3://models or https://models.example.com, without / at its end";
const eitherCluster =
  "a block with either version, for a cluster made here, or use, for one that exists";
const secretFix =
  "fix: remove it, treat it as leaked and replace it at its issuer; a service names a secret, it does not hold one [secret-in-spec]";
const yamlFix =
  "one document of YAML 1.2 without tags is; fix: mend the line; an editor with a YAML language server shows the place [yaml-syntax]";

export const form = {
  "bad-format": [
    {
      title: "a name with blanks and capitals",
      edits: [["spec", "owner: ml-platform", "owner: ML Platform"]],
      want: [
        `stacks/small.yaml:6:8 owner: got "ML Platform"; allowed is ${aName}; fix: write ml-platform [bad-format]`,
      ],
    },
    {
      title: "a context without a name",
      edits: [...onExistingCluster, ["spec", "kind-mine", '""']],
      want: [
        'stacks/small.yaml:8:31 kubernetes.use.context: got ""; allowed is the name of a context in your kubeconfig; fix: write the name of a context in your kubeconfig [bad-format]',
      ],
    },
    {
      title: "a model store that is no address",
      edits: [...onExistingCluster, ["spec", "s3://models", "models/"]],
      want: [
        `stacks/small.yaml:8:54 kubernetes.use.modelStore: got "models/"; allowed is ${anAddress}; fix: write ${anAddress} [bad-format]`,
      ],
    },
    {
      title: "a unit of Kubernetes",
      edits: [["spec", "16GiB", "16Gi"]],
      want: [
        'stacks/small.yaml:10:37 pools.cpu.machine.memory: got "16Gi"; allowed is a size such as 512MiB or 16GiB; fix: write 16GiB [bad-format]',
      ],
    },
    {
      title: "a duration in words",
      edits: [["iris", "10s", "10 seconds"]],
      want: [
        'services/flowers/iris.yaml:4:17 requestTimeout: got "10 seconds"; allowed is a duration such as 30s or 5m; fix: write 10s [bad-format]',
      ],
    },
    {
      title: "the name of a pool, and what is wrong behind it",
      edits: [
        [
          "spec",
          "  cpu: { machine: { cpu: 4, memory: 16GiB }, nodes: 2 }",
          "  cpu: { machine: sim-cpu-4, nodes: 2 }\n  CPU_2: { nodes: -1 }",
        ],
      ],
      want: [
        `stacks/small.yaml:11:3 pools.CPU_2: the key "CPU_2" has not the right form; a key is ${aName}; fix: rename it [bad-format]`,
        'stacks/small.yaml:11:3 pools.CPU_2: asks for neither a machine nor a GPU; a pool has a machine, a gpu or both; fix: add "machine", for example { cpu: 4, memory: 16GiB } [no-such-machine]',
        "stacks/small.yaml:11:19 pools.CPU_2.nodes: got -1; allowed is a whole number from 0 to 1000, or a block with min, max; fix: write a whole number from 0 to 1000, or a block with min, max [out-of-range]",
      ],
    },
    {
      title: "a name that JavaScript reserves",
      edits: [["spec", "  cpu: {", "  __proto__: {}\n  cpu: {"]],
      want: [
        'stacks/small.yaml:10:3 pools.__proto__: the key "__proto__" means something else to JavaScript; any other key is; fix: rename it [bad-format]',
      ],
    },
    {
      title: "a long text, cut short",
      edits: [["spec", "owner: ml-platform", `owner: ${"a".repeat(100)}`]],
      want: [
        `stacks/small.yaml:6:8 owner: got "${"a".repeat(56)}...; allowed is ${aName}; fix: write ${aName} [bad-format]`,
      ],
    },
  ],
  "duplicate-key": [
    {
      title: "a key that stands twice",
      edits: [["spec", "cloud: local\n", "cloud: local\nname: other\n"]],
      want: [
        'stacks/small.yaml:5:1 name: "name" stands here again, first on line 3; a key stands once in its block; fix: keep one of the two [duplicate-key]',
      ],
    },
  ],
  "file-too-large": [
    {
      title: "a file of 600 KiB",
      edits: [["iris", undefined, "#".repeat(600 * 1024)]],
      want: [
        "services/flowers/iris.yaml:1:1 got 600 KiB; a file has at most 256 KiB; fix: split it: a stack of its own for some of the services [file-too-large]",
      ],
    },
  ],
  "missing-key": [
    {
      title: "a pool without a size, at the pool",
      edits: [["spec", ", nodes: 2", ""]],
      want: [
        'stacks/small.yaml:10:3 pools.cpu.nodes: is missing; it is a whole number from 0 to 1000, or a block with min, max; fix: add "nodes" [missing-key]',
      ],
    },
    {
      title: "a model that nobody knows where to get, on an existing cluster",
      edits: [...onExistingCluster, ["spec", ", modelStore: s3://models", ""]],
      want: [
        'stacks/small.yaml:8:15 kubernetes.use.modelStore: is missing, but there are models to get: resnet50; it is the address of the store that holds them, such as s3://models; fix: add "modelStore" [missing-key]',
      ],
    },
    {
      title: "a server that must be told its model, at the first key of its file",
      edits: [["resnet50", "model: { path: vision/resnet50/1, size: 100MiB }\n", ""]],
      want: [
        'services/vision/resnet50.yaml:1:1 model: is missing; it is a block with path, size; fix: add "model" [missing-key]',
      ],
    },
  ],
  "not-allowed": [
    {
      title: "a cluster that is both made here and there already",
      edits: [["spec", '"1.36"', '"1.36", use: { context: kind-mine }']],
      want: [
        `stacks/small.yaml:8:13 kubernetes: got both version and use; allowed is ${eitherCluster}; fix: write ${eitherCluster} [not-allowed]`,
      ],
    },
    {
      title: "a cluster that is neither",
      edits: [["spec", '{ version: "1.36" }', "{}"]],
      want: [
        `stacks/small.yaml:8:13 kubernetes: got neither version nor use; allowed is ${eitherCluster}; fix: write ${eitherCluster} [not-allowed]`,
      ],
    },
    {
      title: "whatever would change the nodes of an existing cluster",
      edits: [
        ["spec", 'version: "1.36"', "use: { context: kind-mine, modelStore: s3://models }"],
        ["spec", "nodes: 2", "nodes: -1"],
        ["spec", "iris, replicas: 2", "iris, replicas: 2, pool: cpus"],
      ],
      want: [
        '9:1 pools: got "pools"',
        '13:13 teams.vision.pools: got "pools"',
        '14:14 teams.flowers.pools: got "pools"',
        '16:44 services.iris.pool: got "pool"',
      ].map(
        (place) =>
          `stacks/small.yaml:${place}, which this stack cannot have; the nodes of an existing cluster are not ours to change; fix: remove ${place.split(" ").at(-1)} [not-allowed]`,
      ),
    },
    {
      title: "a GPU model that nobody knows",
      edits: [["spec", "model: l4", "model: L4"]],
      want: [
        'stacks/small.yaml:11:23 pools.l4.gpu.model: got "L4"; allowed is "t4", "l4", "a10g", "l40s", "a100-40gb", "a100-80gb", "h100" or "h200"; fix: write "l4" [not-allowed]',
      ],
    },
    {
      title: "a version that YAML takes for a number",
      edits: [["spec", '"1.36"', "1.36"]],
      want: [
        'stacks/small.yaml:8:24 kubernetes.version: got 1.36; allowed is "1.36"; fix: quote it: "1.36" [not-allowed]',
      ],
    },
    {
      title: "a version that YAML would shorten, as it is written",
      edits: [["spec", '"1.36"', "1.30"]],
      want: [
        'stacks/small.yaml:8:24 kubernetes.version: got 1.30; allowed is "1.36"; fix: write "1.36" [not-allowed]',
      ],
    },
    {
      title: "another version of the format",
      edits: [["spec", "version: 1\n", "version: 2\n"]],
      want: ["stacks/small.yaml:1:10 version: got 2; allowed is 1; fix: write 1 [not-allowed]"],
    },
    {
      title: "a key without a value",
      edits: [["spec", "environment: dev", "environment:"]],
      want: [
        'stacks/small.yaml:5:13 environment: got nothing; allowed is "dev", "staging" or "prod"; fix: write "dev", "staging" or "prod" [not-allowed]',
      ],
    },
  ],
  "unknown-key": [
    {
      title: "a misspelt key",
      edits: [["spec", "nodes: 2", "nodes: 2, lables: {}"]],
      want: [
        'stacks/small.yaml:10:56 pools.cpu.lables: unknown key "lables"; known keys are machine, gpu, nodes, labels, taints; fix: write "labels" [unknown-key]',
      ],
    },
    {
      title: "a key that is far too long, cut short",
      edits: [["iris", "server:", `${"k".repeat(100)}: 1\nserver:`]],
      want: [
        `services/flowers/iris.yaml:1:1 ${"k".repeat(57)}...: unknown key "${"k".repeat(56)}...; known keys are gpu, resources, requestTimeout, example, server, image, model; fix: remove it [unknown-key]`,
      ],
    },
    {
      title: "a key of another server",
      edits: [["resnet50", "server: triton", "server: triton\nimage: registry.example/x:1"]],
      want: [
        'services/vision/resnet50.yaml:2:1 image: unknown key "image"; known keys are gpu, resources, requestTimeout, example, server, model; fix: remove it [unknown-key]',
      ],
    },
  ],
  "wrong-type": [
    {
      title: "a number in quotes",
      edits: [["spec", "gpus: 3", 'gpus: "3"']],
      want: [
        'stacks/small.yaml:13:37 teams.vision.gpus: got "3"; allowed is a whole number from 0 to 10000; fix: write it without quotes: 3 [wrong-type]',
      ],
    },
    {
      title: "a text without quotes",
      edits: [["spec", '"4711"', "4711"]],
      want: [
        'stacks/small.yaml:7:13 costCenter: got 4711; allowed is letters, digits and - between them, at most 32 long; fix: quote it: "4711" [wrong-type]',
      ],
    },
    {
      title: "a list for a block",
      edits: [
        ["spec", "kubernetes: {", "kubernetes: [{"],
        ["spec", '"1.36" }', '"1.36" }]'],
      ],
      want: [
        `stacks/small.yaml:8:13 kubernetes: got a list of 1; allowed is ${eitherCluster}; fix: write ${eitherCluster} [wrong-type]`,
      ],
    },
    {
      title: "a block for a list",
      edits: [["spec", "pools: [cpu]", "pools: { cpu: 1 }"]],
      want: [
        `stacks/small.yaml:14:21 teams.flowers.pools: got a block; allowed is a list, each of it ${aName}; fix: write a list, each of it ${aName} [wrong-type]`,
      ],
    },
    {
      title: "a fraction of a node",
      edits: [["spec", "nodes: 2", "nodes: 2.5"]],
      want: [
        "stacks/small.yaml:10:53 pools.cpu.nodes: got 2.5; allowed is a whole number from 0 to 1000, or a block with min, max; fix: write a whole number from 0 to 1000, or a block with min, max [wrong-type]",
      ],
    },
    {
      title: "a file without content",
      edits: [["iris", undefined, "# nothing yet\n"]],
      want: [
        "services/flowers/iris.yaml:1:1 got nothing; allowed is a block with gpu, resources, requestTimeout, example, server, image, model; fix: write a block with gpu, resources, requestTimeout, example, server, image, model [wrong-type]",
      ],
    },
  ],
  "yaml-syntax": [
    {
      title: "an alias without an anchor",
      edits: [["spec", "kind: platform", "kind: *platform"]],
      want: [
        `stacks/small.yaml:2:7 this is not YAML: *platform stands where &platform is not known yet; ${yamlFix}`,
      ],
    },
    {
      title: "a tag",
      edits: [["spec", "kind: platform", "kind: !vault platform"]],
      want: [`stacks/small.yaml:2:7 this is not YAML: Unresolved tag: !vault; ${yamlFix}`],
    },
    {
      title: "two documents",
      edits: [["iris", "server:", "a: 1\n---\nserver:"]],
      want: [
        `services/flowers/iris.yaml:2:1 this is not YAML: a second document begins here; ${yamlFix}`,
      ],
    },
    {
      title: "a key that is a list",
      edits: [["iris", "server:", "? [a]\n: 1\nserver:"]],
      want: [
        `services/flowers/iris.yaml:1:3 this is not YAML: a key is a text, not a block, a list or an alias; ${yamlFix}`,
      ],
    },
  ],
  "secret-in-spec": [
    {
      title: "a token as a value, instead of what its form is like",
      edits: [["spec", "owner: ml-platform", `owner: ghp_${"a1".repeat(18)}`]],
      want: [
        `stacks/small.yaml:6:8 owner: holds what looks like a secret (GitHub token; not shown); secrets never stand in these files; ${secretFix}`,
      ],
    },
    {
      title: "a token as a key",
      edits: [["spec", "owner: ml-platform", `owner: ml-platform\nhf_${"a1".repeat(18)}: x`]],
      want: [
        `stacks/small.yaml:7:1 (hidden): holds what looks like a secret (Hugging Face token; not shown); secrets never stand in these files; ${secretFix}`,
      ],
    },
    {
      title: "a password in a comment",
      edits: [["iris", "10s", "10s # see https://me:hunter22@example.com/"]],
      want: [
        `services/flowers/iris.yaml:4:21 holds what looks like a secret (URL with a password; not shown); secrets never stand in these files; ${secretFix}`,
      ],
    },
  ],
} as const satisfies Partial<Rows>;
