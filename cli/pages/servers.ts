/** The reference page of the model servers. */
import type { ModelServer } from "../../platform/contracts/server.ts";
import { imageReference } from "../../platform/facts/images.ts";
import { servers } from "../../platform/facts/servers/index.ts";
import { showMebibytes } from "../../platform/units.ts";
import { heading, page, table } from "./markdown.ts";

export function serversPage(): string {
  return page(
    heading("Model servers", "`platform/facts/servers`"),
    "What a service file may name as `server`, and what the platform knows of it.",
    ...Object.entries<ModelServer>(servers).flatMap(([id, server]) => [
      `## ${id}`,
      `${server.title}.`,
      table(["fact", "value"], facts(server)),
    ]),
  );
}

function facts(server: ModelServer): readonly (readonly string[])[] {
  const { image, ports, health, model, gpu, user, drain } = server;
  return [
    ["image", image.from === "facts" ? imageReference(image.image) : "named by the service file"],
    [
      "ports",
      Object.entries(ports)
        .map(([name, port]) => `${name} ${port}`)
        .join(", "),
    ],
    ["startup probe", health.startup],
    ["readiness probe", health.ready],
    ["liveness probe", health.live],
    ["model", `${model.need}, mounted at ${model.mount}`],
    ["GPU", gpu],
    ["user", `${user.uid}:${user.gid}`],
    ["shared memory", showMebibytes(server.sharedMemoryMiB)],
    ["drain", `${drain.preStopSeconds} s before SIGTERM, at least ${drain.exitSeconds} s after it`],
  ];
}
