/**
 * The executable `pulumi-language-nodejs`, through a launcher that home.ts writes: serves the language runtime to the
 * engine whose address is its last argument, prints its port, and ends with the engine.
 */
import "./end-with-parent.ts";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { languageRuntime } from "./language-runtime.ts";

/** As the engine's own limit: states and policy requests outgrow gRPC's 4 MiB. */
const maxMessageBytes = 400 * 1024 * 1024;

const engine = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
server.addService(LanguageRuntimeService, languageRuntime(engine));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
