/** The gateway on the machine's side of a real node: from the node to the API server, and from ports of 127.0.0.1 to Services. */
import { hostGatewayArgs } from "./arguments.ts";
import { connectThrough } from "./connect.ts";
import { dial } from "./dial.ts";
import { pipeServer } from "./pipe-server.ts";
import { serve } from "./serve.ts";

await serve("host-gateway", (args, log) => {
  const { apiSocket, apiPort, connectSocket, forwards } = hostGatewayArgs(args);
  const api = pipeServer(() => dial({ host: "127.0.0.1", port: apiPort }), log);
  return [
    { server: api, at: { path: apiSocket } },
    ...forwards.map(({ port, host, hostPort }) => ({
      server: pipeServer(() => connectThrough(connectSocket, host, hostPort), log),
      at: { host: "127.0.0.1", port },
    })),
  ];
});
