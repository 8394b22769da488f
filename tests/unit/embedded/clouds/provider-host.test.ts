import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import type * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { changesBetween } from "../../../../embedded/clouds/difference.ts";
import { secret, textOf, unknown } from "../../../../embedded/clouds/property-value.ts";
import { type Host, startHost } from "../../../../embedded/clouds/provider-host.ts";
import {
  type ProviderPackage,
  ResourceNotReady,
} from "../../../../embedded/clouds/resource-provider.ts";
import { Failure } from "../../../../embedded/failure.ts";
import { type Connection, connect, Refused, unary } from "../../../support/provider-client.ts";

const type = "toy:index:Thing";

/** What the package was given last. */
let given: unknown;

/** A package whose resources do what their input `act` says. */
const toy: ProviderPackage = {
  name: "toy",
  version: "1.2.3",
  checkConfig: (config) =>
    "wrong" in config ? [{ property: "wrong", reason: "wrong is not allowed" }] : [],
  diffConfig: (olds, news) => ({
    changes: changesBetween(olds, news, { replaces: ([key]) => key === "id" }),
    deleteBeforeReplace: true,
  }),
  configure: async (config) => {
    if (config["broken"] === true) throw new Failure("cannot be configured");
    return {
      check: async ({ inputs }) => {
        given = inputs;
        return { inputs, failures: [] };
      },
      diff: async ({ oldInputs, newInputs }) => ({
        changes: changesBetween(oldInputs, newInputs, { replaces: ([key]) => key === "name" }),
        deleteBeforeReplace: true,
      }),
      create: async ({ inputs, preview }, { log, signal, timeoutSeconds }) => {
        given = { inputs, preview, timeoutSeconds };
        const outputs = { ...inputs, from: textOf(config["name"]) ?? "" };
        if (inputs["act"] === "fail") throw new Failure(`refused: ${textOf(inputs["word"])}`);
        if (inputs["act"] === "crash") throw new TypeError("a mistake of ours");
        if (inputs["act"] === "unready") {
          throw new ResourceNotReady({
            id: "1",
            outputs,
            reasons: [`bad ${textOf(inputs["word"])}`],
          });
        }
        if (inputs["act"] === "log") log.warning(`warned of ${textOf(inputs["word"])}`);
        if (inputs["act"] === "wait") {
          await new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        }
        return { id: "1", outputs };
      },
      read: async ({ id, oldInputs }) => {
        given = oldInputs;
        if (id === "gone") return undefined;
        const inputs = { word: "changed" };
        return { inputs, outputs: inputs, unhealthy: id === "ill" ? ["it is ill"] : [] };
      },
      update: async ({ newInputs }) => newInputs,
      delete: async ({ id }) => {
        if (id !== "1") throw new Failure(`there is no ${id}`);
      },
    };
  },
};

describe("provider host", () => {
  let host: Host;
  let engine: Connection;

  async function refusal(call: Promise<unknown>): Promise<Refused> {
    const error: unknown = await call.then(
      () => assert.fail("not refused"),
      (error: unknown) => error,
    );
    assert.ok(error instanceof Refused, String(error));
    return error;
  }

  beforeEach(async () => {
    host = await startHost(toy, "");
    engine = await connect(host.port);
    await engine.configure({ name: "first" });
  });

  afterEach(async () => {
    engine.close();
    await host.stop(100);
  });

  it("tells its version, and that it keeps secrets apart", async () => {
    const info = await unary<plugin.PluginInfo>((done) =>
      engine.client.getPluginInfo(new emptyPb.Empty(), done),
    );
    assert.equal(info.getVersion(), "1.2.3");
    const hello = new providerPb.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:1");
    const answer = await unary<provider.ProviderHandshakeResponse>((done) =>
      engine.client.handshake(hello, done),
    );
    assert.equal(answer.getAcceptSecrets(), true);
    assert.equal(answer.getAcceptResources(), true);
    assert.equal(answer.getAcceptOutputs(), false);
    const schema = await unary<provider.GetSchemaResponse>((done) =>
      engine.client.getSchema(new providerPb.GetSchemaRequest(), done),
    );
    assert.deepEqual(JSON.parse(schema.getSchema()), { name: "toy", version: "1.2.3" });
  });

  it("passes values to the provider in clear, and marks its answers", async () => {
    const inputs = { word: secret("hunter2"), later: unknown, map: { list: [1, null, true] } };
    const { outputs } = await engine.create(type, inputs, { preview: true, timeoutSeconds: 7 });
    assert.deepEqual(given, {
      inputs: { word: "hunter2", later: unknown, map: { list: [1, null, true] } },
      preview: true,
      timeoutSeconds: 7,
    });
    assert.deepEqual(outputs, { ...inputs, from: "first" });
    const checked = await engine.check(type, inputs);
    assert.deepEqual(checked.inputs, inputs);
    assert.deepEqual(await engine.update(type, "1", {}, inputs), inputs);
  });

  it("keeps a value secret that was secret before it drifted", async () => {
    const { inputs, outputs } = await engine.read(type, "1", { word: secret("hunter2") });
    assert.deepEqual(inputs, { word: secret("changed") });
    assert.deepEqual(outputs, { word: secret("changed") });
  });

  it("answers with no id for a resource that is gone, and knows an import by its lack of inputs", async () => {
    assert.deepEqual(await engine.read(type, "gone"), { id: "", inputs: {}, outputs: {} });
    assert.equal(given, undefined);
  });

  it("tells each change, and what it replaces", async () => {
    const answer = await engine.diff(type, "1", { name: "a", b: [1] }, { name: "c", b: [1, 2] });
    assert.deepEqual(answer, {
      changes: { name: "update-replace", "b[1]": "add" },
      replaces: ["name"],
      deleteBeforeReplace: true,
    });
    const none = await engine.diff(type, "1", { name: "a" }, { name: "a" });
    assert.deepEqual(none, { changes: {}, replaces: [], deleteBeforeReplace: false });
  });

  it("refuses a wrong configuration, and tells which change of it replaces the provider", async () => {
    const check = new providerPb.CheckRequest().setNews(engine.struct({ wrong: 1 }));
    const checked = await unary<provider.CheckResponse>((done) =>
      engine.client.checkConfig(check, done),
    );
    assert.deepEqual(
      checked.getFailuresList().map((one) => one.toObject()),
      [{ property: "wrong", reason: "wrong is not allowed" }],
    );
    const diff = new providerPb.DiffRequest()
      .setOldInputs(engine.struct({ id: "a", text: "x" }))
      .setNews(engine.struct({ id: "b", text: "y" }));
    const answer = await unary<provider.DiffResponse>((done) =>
      engine.client.diffConfig(diff, done),
    );
    assert.deepEqual(answer.getReplacesList(), ["id"]);
    assert.deepEqual(answer.getDiffsList(), ["id", "text"]);
  });

  it("says what is refused without its secrets, and that the state is known", async () => {
    const failing = engine.create(type, { act: "fail", word: secret("hunter2") });
    const { code, message } = await refusal(failing);
    assert.equal(message, "refused: [secret]");
    assert.equal(code, status.FAILED_PRECONDITION);
  });

  it("calls the state unknown only after a mistake of its own", async () => {
    const { code, message } = await refusal(engine.create(type, { act: "crash" }));
    assert.equal(code, status.INTERNAL);
    assert.match(message, /^TypeError: a mistake of ours\n/);
  });

  it("hands over a resource that exists but is not well", async () => {
    const inputs = { act: "unready", word: secret("hunter2") };
    const { notReady } = await refusal(engine.create(type, inputs));
    assert.deepEqual(notReady, {
      id: "1",
      outputs: { ...inputs, from: "first" },
      inputs: {},
      reasons: ["bad [secret]"],
    });
    const read = await refusal(engine.read(type, "ill", { word: secret("x") }));
    assert.deepEqual(read.notReady, {
      id: "ill",
      inputs: { word: secret("changed") },
      outputs: { word: secret("changed") },
      reasons: ["it is ill"],
    });
  });

  it("keeps provider instances apart that share its process", async () => {
    const second = await connect(host.port);
    await second.configure({ name: "second" });
    assert.equal((await engine.create(type, {})).outputs["from"], "first");
    assert.equal((await second.create(type, {})).outputs["from"], "second");
    const third = await connect(host.port);
    const { message } = await refusal(third.create(type, {}));
    assert.match(message, /has not configured this provider instance/);
    second.close();
    third.close();
  });

  it("finds its only instance again when the engine comes back on another connection", async () => {
    const again = await connect(host.port);
    assert.equal((await again.create(type, {})).outputs["from"], "first");
    again.close();
  });

  it("refuses everything while it could not be configured", async () => {
    const other = await startHost(toy, "");
    const broken = await connect(other.port);
    assert.equal(
      (await refusal(broken.configure({ broken: true }))).message,
      "cannot be configured",
    );
    assert.match((await refusal(broken.create(type, {}))).message, /has not configured/);
    broken.close();
    await other.stop(100);
  });

  it("stops what runs when the engine cancels, and goes on serving", async () => {
    const waiting = refusal(engine.create(type, { act: "wait" }));
    await engine.check(type, {});
    await engine.cancel();
    assert.equal((await waiting).code, status.CANCELLED);
    await engine.create(type, {});
  });

  it("lets what runs answer before it ends", async () => {
    const waiting = refusal(engine.create(type, { act: "wait" }));
    await engine.check(type, {});
    await host.stop(5_000);
    assert.equal((await waiting).code, status.CANCELLED);
  });

  it("deletes, or says why not", async () => {
    await engine.delete(type, "1", {});
    assert.equal((await refusal(engine.delete(type, "2", {}))).message, "there is no 2");
  });

  it("refuses what these providers do not have", async () => {
    const { client } = engine;
    const invoke = new providerPb.InvokeRequest().setTok("toy:index:get");
    for (const [call, pattern] of [
      [
        unary((done) => client.invoke(invoke, done)),
        /toy provider has no functions, such as toy:index:get/,
      ],
      [unary((done) => client.call(new providerPb.CallRequest(), done)), /has no methods/],
      [
        unary((done) => client.construct(new providerPb.ConstructRequest(), done)),
        /has no component resources/,
      ],
      [
        unary((done) => client.parameterize(new providerPb.ParameterizeRequest(), done)),
        /has no parameters/,
      ],
    ] as const) {
      const { code, message } = await refusal(call);
      assert.equal(code, status.UNIMPLEMENTED);
      assert.match(message, pattern);
    }
  });
});
