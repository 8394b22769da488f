import type { ModelServer } from "../../contracts/server.ts";
import { images } from "../images.ts";

/** NVIDIA Triton Inference Server 26.07. @see https://github.com/triton-inference-server/server (checked 2026-11) */
export const triton = {
  title: "NVIDIA Triton Inference Server",
  image: { from: "facts", image: images.triton },
  ports: { http: 8000, grpc: 8001, metrics: 8002 },
  // `ready` needs every model of the repository, and turns false while one reloads: never a liveness path (issue 7014).
  health: { startup: "/v2/health/ready", ready: "/v2/health/ready", live: "/v2/health/live" },
  // The repository layout is <mount>/<model>/<version>/; a service's model path holds that tree.
  model: { need: "required", mount: "/models" },
  gpu: "optional",
  // The image has this user and runs as root unless told otherwise.
  user: { uid: 1000, gid: 1000 },
  writablePaths: ["/tmp"],
  // The entry point warns at the runtime's 64 MiB; Python backends need about 1 GiB (issue 5868).
  sharedMemoryMiB: 1024,
  // No size is published for -py3; the -vllm variant of the release weighs 10.28 GB.
  assumedImageMiB: 10 * 1024,
  // On SIGTERM it refuses new connections at once, then waits for those open until --exit-timeout-secs (main.cc).
  drain: { preStopSeconds: 15, exitSeconds: 30 },
  // The image's entry point ends in exec, so the server is process 1 and gets SIGTERM.
  command: ({ mount, drainSeconds }) => ({
    args: [
      "tritonserver",
      `--model-repository=${mount}`,
      "--model-control-mode=none", // load and unload over the network would run code; a new model is a new rollout
      "--exit-on-error=true",
      "--strict-readiness=true",
      `--exit-timeout-secs=${drainSeconds}`,
      "--grpc-max-response-pool-size=64", // unbounded by default
      "--grpc-max-connection-age=600000", // milliseconds; or clients stay on old pods
      "--allow-gpu-metrics=false", // the node's DCGM exporter reports them, two readers conflict
      "--log-format=ISO8601",
    ],
    env: {},
  }),
} as const satisfies ModelServer;
