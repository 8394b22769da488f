import type { ModelServer } from "../../contracts/server.ts";

/**
 * A team's own FastAPI application under uvicorn 0.54; behaviour on SIGTERM was tried with that version. The image holds
 * a module `main` with the application `app`, and answers `/healthz` (the process) and `/readyz` (the model is loaded).
 * @see https://www.uvicorn.org/settings/ (checked 2026-11)
 */
export const fastapi = {
  title: "FastAPI",
  image: { from: "service" },
  ports: { http: 8000 },
  // The port opens only after the application's lifespan start has loaded the model.
  health: { startup: "/readyz", ready: "/readyz", live: "/healthz" },
  model: { need: "optional", mount: "/models" },
  gpu: "optional",
  user: { uid: 10001, gid: 10001 },
  writablePaths: ["/tmp"],
  sharedMemoryMiB: 64,
  assumedImageMiB: 1024,
  // Refuses new connections at once; without a limit it would wait for ever.
  drain: { preStopSeconds: 10, exitSeconds: 5 },
  command: ({ mount, drainSeconds }) => ({
    command: ["python3", "-m", "uvicorn"],
    args: [
      "main:app",
      "--host=0.0.0.0",
      "--port=8000",
      "--timeout-keep-alive=75", // above a load balancer's idle limit (ALB: 60 s), or it reuses closed connections
      `--timeout-graceful-shutdown=${drainSeconds}`,
    ],
    // One worker a pod: with more, new connections hang after SIGTERM instead of being refused.
    env: { MODEL_PATH: mount, PYTHONDONTWRITEBYTECODE: "1" },
  }),
} as const satisfies ModelServer;
