/**
 * A provider for tests of the engine: each `fake:index:Thing` is a file of the folder FAKE_WORLD, named by its `name`.
 * Creating is idempotent. FAKE_SLOW, for example `after-create b 60000`, makes it wait at one moment of one thing for so
 * many milliseconds, so that a kill can hit that moment.
 */
import "../../embedded/engine/end-with-parent.ts";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import {
  type IResourceProviderServer,
  ResourceProviderService,
} from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { readStrings } from "../../embedded/kubernetes/objects.ts";

type Inputs = Readonly<Record<string, unknown>>;

function inputsOf(struct: Struct | undefined): Inputs {
  return struct?.toJavaScript() ?? {};
}

function fileOf(id: string): string {
  const world = process.env["FAKE_WORLD"];
  if (world === undefined) throw new Error("FAKE_WORLD is not set");
  mkdirSync(world, { recursive: true });
  return join(world, `${id}.json`);
}

function write(inputs: Inputs): void {
  writeFileSync(fileOf(String(inputs["name"])), JSON.stringify(inputs));
}

type Moment = "before-create" | "after-create" | "after-delete";

async function pass(moment: Moment, name: string): Promise<void> {
  const [slowMoment, slowName, milliseconds] = (process.env["FAKE_SLOW"] ?? "").split(" ");
  if (moment === slowMoment && name === slowName) await sleep(Number(milliseconds));
}

async function create(inputs: Inputs): Promise<string> {
  const name = String(inputs["name"]);
  await pass("before-create", name);
  write(inputs);
  await pass("after-create", name);
  return name;
}

const provider = {
  getPluginInfo: (_call, answer) => answer(null, new pluginPb.PluginInfo().setVersion("1.0.0")),
  checkConfig: ({ request }, answer) =>
    answer(null, new providerPb.CheckResponse().setInputs(request.getNews())),
  diffConfig: (_call, answer) => answer(null, new providerPb.DiffResponse()),
  configure: (_call, answer) =>
    answer(
      null,
      new providerPb.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true),
    ),
  check: ({ request }, answer) =>
    answer(null, new providerPb.CheckResponse().setInputs(request.getNews())),
  diff: ({ request }, answer) => {
    const [before, after] = [inputsOf(request.getOldInputs()), inputsOf(request.getNews())];
    const differing = Object.keys({ ...before, ...after }).filter(
      (key) => !isDeepStrictEqual(before[key], after[key]),
    );
    const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
    answer(
      null,
      new providerPb.DiffResponse()
        .setChanges(differing.length === 0 ? DIFF_NONE : DIFF_SOME)
        .setDiffsList(differing)
        .setReplacesList(differing.filter((key) => key === "name")),
    );
  },
  create: ({ request }, answer) => {
    const response = new providerPb.CreateResponse().setProperties(request.getProperties());
    if (request.getPreview()) answer(null, response);
    else
      create(inputsOf(request.getProperties())).then(
        (id) => answer(null, response.setId(id)),
        answer,
      );
  },
  read: ({ request }, answer) => {
    const file = fileOf(request.getId());
    if (!existsSync(file)) return answer(null, new providerPb.ReadResponse());
    const kept = readStrings(JSON.parse(readFileSync(file, "utf8")));
    const state = structPb.Struct.fromJavaScript(kept);
    const response = new providerPb.ReadResponse().setId(request.getId());
    answer(null, response.setProperties(state).setInputs(state));
  },
  update: ({ request }, answer) => {
    if (!request.getPreview()) write(inputsOf(request.getNews()));
    answer(null, new providerPb.UpdateResponse().setProperties(request.getNews()));
  },
  delete: ({ request }, answer) => {
    rmSync(fileOf(request.getId()), { force: true });
    pass("after-delete", request.getId()).then(() => answer(null, new emptyPb.Empty()), answer);
  },
  cancel: (_call, answer) => answer(null, new emptyPb.Empty()),
} satisfies Partial<IResourceProviderServer>;

const server = new Server();
server.addService(ResourceProviderService, provider);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
