/**
 * The gateway in a real node's namespaces, which have no link to the machine: unix sockets lead from one to the other. It
 * lets the machine in, leads pods and the kubelet to the API server, and serves the model bucket.
 */
import { nodeGatewayArgs } from "./arguments.ts";
import { connectProxy } from "./connect-proxy.ts";
import { dial } from "./dial.ts";
import { modelBucket } from "./model-bucket.ts";
import { pipeServer } from "./pipe-server.ts";
import { serve } from "./serve.ts";

await serve("node-gateway", (args, log) => {
  const { connectSocket, apiSocket, apiPort, address, models, modelsPort } = nodeGatewayArgs(args);
  const api = () => pipeServer(() => dial({ path: apiSocket }), log);
  return [
    { server: connectProxy(log), at: { path: connectSocket } },
    { server: api(), at: { host: "127.0.0.1", port: apiPort } },
    { server: api(), at: { host: address, port: apiPort } },
    { server: modelBucket(models, log), at: { host: address, port: modelsPort } },
  ];
});
