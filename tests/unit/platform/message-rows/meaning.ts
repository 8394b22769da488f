/** Problems of what well-formed files mean together. */
import { onExistingCluster } from "../../../support/small-stack.ts";
import type { Rows } from "./rows.ts";

export const meaning = {
  "capability-none": [
    {
      title: "nodes that nothing scales",
      edits: [["spec", "nodes: 2", "nodes: { min: 1, max: 2 }"]],
      want: [
        "stacks/small.yaml:10:53 pools.cpu.nodes: got bounds from 1 to 2, but local cannot follow them: the embedded cluster has no cluster autoscaler, its pools keep one size; one fixed number is allowed; fix: write 2 [capability-none]",
      ],
    },
    {
      title: "replicas that nothing scales",
      edits: [["spec", "iris, replicas: 2", "iris, replicas: { min: 1, max: 2 }"]],
      want: [
        "stacks/small.yaml:16:41 services.iris.replicas: got bounds from 1 to 2, but local cannot follow them: the embedded cluster has no metrics to scale on yet, its services keep one size; one fixed number is allowed; fix: write 2 [capability-none]",
      ],
    },
    {
      title: "replicas that nothing scales on an existing cluster",
      edits: [
        ...onExistingCluster,
        ["spec", "iris, replicas: 2", "iris, replicas: { min: 1, max: 2 }"],
      ],
      want: [
        "stacks/small.yaml:13:41 services.iris.replicas: got bounds from 1 to 2, but local cannot follow them: nothing scales services on an existing cluster yet, they keep one size; one fixed number is allowed; fix: write 2 [capability-none]",
      ],
    },
  ],
  "file-not-found": [
    {
      title: "a service whose file is misspelt",
      edits: [["spec", "flowers/iris", "flowers/irsi"]],
      want: [
        'stacks/small.yaml:16:17 services.iris.from: got "flowers/irsi", but there is no file services/flowers/irsi.yaml; the services are "flowers/iris" or "vision/resnet50"; fix: write "flowers/iris" [file-not-found]',
      ],
    },
    {
      title: "a service without a file",
      edits: [["spec", "flowers/iris", "flowers/something-new"]],
      want: [
        'stacks/small.yaml:16:17 services.iris.from: got "flowers/something-new", but there is no file services/flowers/something-new.yaml; the services are "flowers/iris" or "vision/resnet50"; fix: write services/flowers/something-new.yaml [file-not-found]',
      ],
    },
  ],
  "min-above-max": [
    {
      title: "bounds the wrong way round",
      edits: [["spec", "nodes: 2", "nodes: { min: 3, max: 2 }"]],
      want: [
        "stacks/small.yaml:10:53 pools.cpu.nodes: got min 3 above max 2; min is at most max; fix: set min to 2 or less, or max to 3 or more [min-above-max]",
      ],
    },
  ],
  "model-outside-prefix": [
    {
      title: "another team's model",
      edits: [["resnet50", "vision/resnet50/1", "speech/resnet50/1"]],
      want: [
        'services/vision/resnet50.yaml:2:16 model.path: got "speech/resnet50/1"; models of team vision are below "vision/"; fix: move the model below "vision/" [model-outside-prefix]',
      ],
    },
  ],
  "name-taken": [
    {
      title: "a team named like a system namespace",
      edits: [
        [
          "spec",
          "  vision: {",
          "  kube-system: { pools: [cpu], gpus: 0, modelPrefix: x/ }\n  vision: {",
        ],
      ],
      want: [
        'stacks/small.yaml:13:3 teams.kube-system: got the team "kube-system", whose namespace belongs to the cluster; default, kube-* and inference-platform-* are taken; fix: rename the team [name-taken]',
      ],
    },
    {
      title: "a label that the cluster sets",
      edits: [["spec", "nodes: 2", "nodes: 2, labels: { kubernetes.io/os: linux }"]],
      want: [
        'stacks/small.yaml:10:66 pools.cpu.labels.kubernetes.io/os: got the label "kubernetes.io/os", which Kubernetes or the platform sets itself; keys of kubernetes.io, k8s.io, nvidia.com and inference-platform are taken; fix: use a key of your own [name-taken]',
      ],
    },
    {
      title: "a taint that the platform sets",
      edits: [
        [
          "spec",
          "nodes: 3",
          "nodes: 3, taints: [{ key: nvidia.com/gpu, value: present, effect: NoSchedule }]",
        ],
      ],
      want: [
        'stacks/small.yaml:11:65 pools.l4.taints.0.key: got the taint "nvidia.com/gpu", which Kubernetes or the platform sets itself; keys of kubernetes.io, k8s.io, nvidia.com and inference-platform are taken; fix: use a key of your own [name-taken]',
      ],
    },
    {
      title: "a taint that stands twice, though not one of another effect",
      edits: [
        [
          "spec",
          "nodes: 2",
          "nodes: 2, taints: [{ key: a, value: b, effect: NoExecute }, { key: a, value: b, effect: NoSchedule }, { key: a, value: c, effect: NoExecute }]",
        ],
      ],
      want: [
        'stacks/small.yaml:10:148 pools.cpu.taints.2: got a second taint "a" with effect NoExecute; a node has one taint of a key and effect; fix: remove one of the two [name-taken]',
      ],
    },
  ],
  "no-fitting-pool": [
    {
      title: "a service that asks for more than any node of its team has",
      edits: [["resnet50", "cpu: 4, memory: 8GiB", "cpu: 400, memory: 800GiB"]],
      want: [
        "stacks/small.yaml:17:21 services.resnet50.from: a replica needs 1 x l4, 400 CPUs, 800GiB and 2168MiB of disk, and no pool open to it has that; cpu has no GPU; l4 has 8 CPUs, 32GiB on a node; fix: ask for less in the service file, or give the team a larger pool [no-fitting-pool]",
      ],
    },
    {
      title: "a pool by name that cannot hold the service",
      edits: [["spec", "vision/resnet50, replicas: 2", "vision/resnet50, replicas: 2, pool: cpu"]],
      want: [
        "stacks/small.yaml:17:57 services.resnet50.pool: a replica needs 1 x l4, 4 CPUs, 8GiB and 2168MiB of disk, and no pool open to it has that; cpu has no GPU; fix: ask for less in the service file, or give the team a larger pool [no-fitting-pool]",
      ],
    },
  ],
  "no-such-machine": [
    {
      title: "a GPU in a count that no machine has",
      edits: [["spec", "model: l4, count: 1", "model: l4, count: 3"]],
      want: [
        "stacks/small.yaml:11:14 pools.l4.gpu: got 3 x l4, and no machine of local has that; local offers 1 x l4, 4 x l4; fix: choose one of these counts [no-such-machine]",
      ],
    },
    {
      title: "a GPU model that the cloud does not have",
      edits: [["spec", "model: l4, count: 1", "model: h200, count: 8"]],
      want: [
        "stacks/small.yaml:11:14 pools.l4.gpu: got 8 x h200, and no machine of local has that; local offers 1 x t4, 1 x l4, 4 x l4, 8 x a100-80gb, 8 x h100; fix: choose one of these models [no-such-machine]",
      ],
    },
    {
      title: "a machine by a name that is misspelt",
      edits: [["spec", "{ cpu: 4, memory: 16GiB }", "sim-cpu4"]],
      want: [
        'stacks/small.yaml:10:19 pools.cpu.machine: got "sim-cpu4", which local does not have; local has "sim-cpu-2", "sim-cpu-4", "sim-cpu-8", "sim-cpu-16", "sim-t4-1", "sim-l4-1", "sim-l4-4", "sim-a100-80gb-8" or "sim-h100-8"; fix: write "sim-cpu-4" [no-such-machine]',
      ],
    },
    {
      title: "a machine by a name of another cloud",
      edits: [["spec", "{ cpu: 4, memory: 16GiB }", "n2-standard-4"]],
      want: [
        'stacks/small.yaml:10:19 pools.cpu.machine: got "n2-standard-4", which local does not have; local has "sim-cpu-2", "sim-cpu-4", "sim-cpu-8", "sim-cpu-16", "sim-t4-1", "sim-l4-1", "sim-l4-4", "sim-a100-80gb-8" or "sim-h100-8"; fix: name one of these, or ask by cpu and memory [no-such-machine]',
      ],
    },
    {
      title: "more memory than any machine has",
      edits: [["spec", "16GiB", "100GiB"]],
      want: [
        "stacks/small.yaml:10:19 pools.cpu.machine: got at least 4 CPUs and 100GiB, and no machine of local has that; local offers sim-cpu-2 (2 CPUs, 8GiB), sim-cpu-4 (4 CPUs, 16GiB), sim-cpu-8 (8 CPUs, 32GiB), sim-cpu-16 (16 CPUs, 64GiB); fix: ask for one of these [no-such-machine]",
      ],
    },
    {
      title: "a machine by name that has another GPU",
      edits: [["spec", "l4: { gpu:", "l4: { machine: sim-t4-1, gpu:"]],
      want: [
        "stacks/small.yaml:11:18 pools.l4.machine: got sim-t4-1 with 1 x l4, and no machine of local has that; local offers sim-l4-1 (8 CPUs, 32GiB, 1 x l4), sim-l4-4 (48 CPUs, 192GiB, 4 x l4); fix: ask for one of these [no-such-machine]",
      ],
    },
  ],
  "out-of-range": [
    {
      title: "a number too large",
      edits: [["spec", "gpus: 3", "gpus: 20000"]],
      want: [
        "stacks/small.yaml:13:37 teams.vision.gpus: got 20000; allowed is a whole number from 0 to 10000; fix: write a whole number from 0 to 10000 [out-of-range]",
      ],
    },
    {
      title: "a list without items",
      edits: [["spec", "pools: [cpu]", "pools: []"]],
      want: [
        "stacks/small.yaml:14:21 teams.flowers.pools: got a list of 0; allowed is at least 1; fix: write at least 1 [out-of-range]",
      ],
    },
    {
      title: "a list with too many items",
      edits: [["spec", "pools: [cpu]", `pools: [${"cpu, ".repeat(51)}]`]],
      want: [
        "stacks/small.yaml:14:21 teams.flowers.pools: got a list of 51; allowed is at most 50; fix: write at most 50 [out-of-range]",
      ],
    },
    {
      title: "fewer replicas than the environment wants",
      edits: [
        ["spec", "environment: dev", "environment: prod"],
        ["spec", "iris, replicas: 2", "iris, replicas: { min: 1, max: 1 }"],
      ],
      want: [
        "stacks/small.yaml:16:48 services.iris.replicas.min: got 1; a service in prod has at least 2; fix: write 2 [out-of-range]",
      ],
    },
    {
      title: "no replicas",
      edits: [["spec", "iris, replicas: 2", "iris, replicas: 0"]],
      want: [
        "stacks/small.yaml:16:41 services.iris.replicas: got 0; a service in dev has at least 1; fix: write 1 [out-of-range]",
      ],
    },
    {
      title: "less memory than shared memory and server take",
      edits: [["iris", "512MiB", "319MiB"]],
      want: [
        "services/flowers/iris.yaml:3:32 resources.memory: got 319MiB, of which fastapi may use 64MiB as shared memory; fastapi has at least 320MiB; fix: write 320MiB or more [out-of-range]",
      ],
    },
    {
      title: "a request that takes longer than an hour",
      edits: [["iris", "10s", "3601s"]],
      want: [
        "services/flowers/iris.yaml:4:17 requestTimeout: got 3601s; a request takes at most 1h, because a pod drains as long; fix: write 1h or less [out-of-range]",
      ],
    },
  ],
  "over-quota": [
    {
      title: "services that ask for more GPUs than their team has",
      edits: [["spec", "gpus: 3", "gpus: 1"]],
      want: [
        "stacks/small.yaml:13:37 teams.vision.gpus: got 1, but the services of team vision ask for 2; a team holds at most its quota; fix: raise it to 2, or lower the replicas of its services [over-quota]",
      ],
    },
  ],
  "pool-not-allotted": [
    {
      title: "a service on the pool of others",
      edits: [["spec", "iris, replicas: 2", "iris, replicas: 2, pool: l4"]],
      want: [
        'stacks/small.yaml:16:50 services.iris.pool: got "l4", which is not among the pools of team flowers; team flowers may use "cpu"; fix: name one of these [pool-not-allotted]',
      ],
    },
  ],
  "pool-too-small": [
    {
      title: "more GPUs asked for than the pool has",
      edits: [["spec", "nodes: 3", "nodes: 1"]],
      want: [
        "stacks/small.yaml:11:46 pools.l4.nodes: got 1 x sim-l4-1, where 2 replicas ask for 8 CPUs, 16GiB, 2 GPUs and 4336MiB of disk; 1 of the 2 replicas find room; fix: raise nodes, lower replicas, or ask for less per replica [pool-too-small]",
      ],
    },
    {
      title: "more CPUs asked for than the pool has",
      edits: [
        ["iris", "cpu: 0.5", "cpu: 3.5"],
        ["spec", "nodes: 2", "nodes: 1"],
      ],
      want: [
        "stacks/small.yaml:10:53 pools.cpu.nodes: got 1 x sim-cpu-4, where 2 replicas ask for 7 CPUs, 1GiB and 4GiB of disk; 1 of the 2 replicas find room; fix: raise nodes, lower replicas, or ask for less per replica [pool-too-small]",
      ],
    },
  ],
  "unknown-pool": [
    {
      title: "a team with a pool that does not exist",
      edits: [["spec", "pools: [cpu]", "pools: [cpu, gpu-pool]"]],
      want: [
        'stacks/small.yaml:14:27 teams.flowers.pools.1: got "gpu-pool", which is no pool of this spec; the pools are "cpu" or "l4"; fix: add the pool, or name one of these [unknown-pool]',
      ],
    },
    {
      title: "a service with a pool that does not exist",
      edits: [["spec", "iris, replicas: 2", "iris, replicas: 2, pool: cpus"]],
      want: [
        'stacks/small.yaml:16:50 services.iris.pool: got "cpus", which is no pool of this spec; team flowers may use "cpu"; fix: write "cpu" [unknown-pool]',
      ],
    },
    {
      title: "a pool and a team that do not exist",
      edits: [
        ["spec", "flowers: {", "garden: {"],
        ["spec", "iris, replicas: 2", "iris, replicas: 2, pool: cpus"],
      ],
      want: [
        'stacks/small.yaml:16:17 services.iris.from: got "flowers/iris", but "flowers" is no team of this spec; the teams are "vision" or "garden"; fix: add the team [unknown-team]',
        'stacks/small.yaml:16:50 services.iris.pool: got "cpus", which is no pool of this spec; the pools are "cpu" or "l4"; fix: write "cpu" [unknown-pool]',
      ],
    },
  ],
  "unknown-team": [
    {
      title: "a team that is misspelt",
      edits: [["spec", "flowers: {", "flower: {"]],
      want: [
        'stacks/small.yaml:16:17 services.iris.from: got "flowers/iris", but "flowers" is no team of this spec; the teams are "vision" or "flower"; fix: write "flower/iris", or add the team [unknown-team]',
      ],
    },
  ],
} as const satisfies Partial<Rows>;
