import assert from "node:assert/strict";
import { KubernetesClient } from "../../../../embedded/kubernetes/client.ts";
import {
  isUnreachable,
  KubernetesError,
} from "../../../../embedded/kubernetes/kubernetes-error.ts";
import type { KubernetesObject } from "../../../../embedded/kubernetes/objects.ts";
import {
  type ApiServer,
  type Reply,
  type Seen,
  startApiServer,
} from "../../../support/api-server.ts";

const deployment: KubernetesObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a", namespace: "team" },
  spec: { replicas: 1 },
};

const kinds: Readonly<Record<string, unknown>> = {
  "/apis/apps/v1": {
    resources: [
      { name: "deployments", kind: "Deployment", namespaced: true },
      { name: "deployments/scale", kind: "Scale", namespaced: true },
    ],
  },
  "/api/v1": { resources: [{ name: "nodes", kind: "Node", namespaced: false }] },
};

const notFound: Reply = {
  status: 404,
  body: { kind: "Status", reason: "NotFound", message: 'nodes "a" not found', code: 404 },
};

let server: ApiServer;
let client: KubernetesClient;
let warnings: string[];

/** Starts a server with the kinds above, that answers everything else by `reply`. */
async function serve(reply: (request: Seen) => Reply): Promise<void> {
  server = await startApiServer((request) => {
    const found = kinds[request.url];
    return found === undefined ? reply(request) : { body: found };
  });
  warnings = [];
  client = new KubernetesClient(server.connection, { onWarning: (text) => warnings.push(text) });
}

function lines(): readonly string[] {
  return server.seen.map(({ method, url }) => `${method} ${url}`);
}

async function failureOf(promise: Promise<unknown>): Promise<KubernetesError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof KubernetesError);
    return error;
  }
  assert.fail("the request was not refused");
}

describe("Kubernetes client", () => {
  afterEach(() => server.stop());

  it("applies an object at the path that discovery gives, once asked", async () => {
    await serve(() => ({ body: deployment }));
    const options = { fieldManager: "me", force: true, dryRun: true };
    assert.deepEqual(await client.apply(deployment, options), deployment);
    await client.apply(deployment, { fieldManager: "me", subresource: "status" });
    const path = "/apis/apps/v1/namespaces/team/deployments/a";
    assert.deepEqual(lines(), [
      "GET /apis/apps/v1",
      `PATCH ${path}?force=true&fieldManager=me&dryRun=All`,
      `PATCH ${path}/status?fieldManager=me`,
    ]);
    const [, first] = server.seen;
    assert.deepEqual(first?.body, deployment);
    assert.equal(first?.headers["content-type"], "application/apply-patch+yaml");
    assert.equal(first?.headers.authorization, "Bearer token");
  });

  it("makes an object in its collection", async () => {
    await serve(() => ({ status: 201, body: deployment }));
    await client.create(deployment, { fieldManager: "me" });
    assert.equal(lines()[1], "POST /apis/apps/v1/namespaces/team/deployments?fieldManager=me");
  });

  it("gives the paths of objects and collections", async () => {
    await serve(() => notFound);
    const apps = { apiVersion: "apps/v1", kind: "Deployment" };
    const node = { apiVersion: "v1", kind: "Node" };
    assert.equal(await client.pathOf(apps), "/apis/apps/v1/deployments");
    assert.equal(
      await client.pathOf({ ...apps, namespace: "b" }),
      "/apis/apps/v1/namespaces/b/deployments",
    );
    assert.equal(
      await client.pathOf({ ...apps, name: "a" }),
      "/apis/apps/v1/namespaces/default/deployments/a",
    );
    assert.equal(await client.pathOf({ ...node, name: "a" }), "/api/v1/nodes/a");
    assert.equal(await client.pathOf({ ...node, name: "a", namespace: "b" }), "/api/v1/nodes/a");
  });

  it("tells a kind that is not served from an object that is not there", async () => {
    await serve(() => notFound);
    const custom = { ...deployment, apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" };
    const error = await failureOf(client.apply(custom, { fieldManager: "me" }));
    assert.equal(error.reason, "KindNotServed");
    assert.match(error.message, /does not serve keda.sh\/v1alpha1 ScaledObject$/);
    assert.equal(await client.find({ apiVersion: "v1", kind: "Node", name: "a" }), undefined);
    assert.equal(await client.find({ apiVersion: "v1", kind: "Gone", name: "a" }), undefined);
  });

  it("finds a kind that comes to be served later in the run", async () => {
    let isServed = false;
    const resources = [{ name: "scaledobjects", kind: "ScaledObject", namespaced: true }];
    await serve(() => (isServed ? { body: { resources } } : notFound));
    assert.equal(await client.served("keda.sh/v1alpha1", "ScaledObject"), undefined);
    isServed = true;
    assert.deepEqual(await client.served("keda.sh/v1alpha1", "ScaledObject"), {
      plural: "scaledobjects",
      namespaced: true,
    });
  });

  it("asks for discovery again after it failed", async () => {
    let isUp = false;
    const resources = [{ name: "scaledobjects", kind: "ScaledObject", namespaced: true }];
    await serve(() => (isUp ? { body: { resources } } : { status: 503, body: "starting" }));
    const reference = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" };
    assert.equal((await failureOf(client.pathOf(reference))).status, 503);
    isUp = true;
    assert.equal(await client.pathOf(reference), "/apis/keda.sh/v1alpha1/scaledobjects");
  });

  it("gives no object where there is none, and any other refusal as an error", async () => {
    await serve(({ url }) => (url.endsWith("/a") ? notFound : { status: 403, body: "no" }));
    assert.equal(await client.get("/api/v1/nodes/a"), undefined);
    assert.equal((await failureOf(client.get("/api/v1/nodes/b"))).status, 403);
  });

  it("reads a list page by page, and says the kind of its items", async () => {
    const item = (name: string) => ({ metadata: { name } });
    await serve(({ url }) => {
      const isLast = url.includes("continue=more");
      return {
        body: {
          apiVersion: "v1",
          kind: "NodeList",
          metadata: isLast ? {} : { continue: "more" },
          items: [item(isLast ? "b" : "a")],
        },
      };
    });
    assert.deepEqual(await client.list("/api/v1/nodes", { labelSelector: "pool=gpu" }), [
      { apiVersion: "v1", kind: "Node", metadata: { name: "a" } },
      { apiVersion: "v1", kind: "Node", metadata: { name: "b" } },
    ]);
    assert.deepEqual(lines(), [
      "GET /api/v1/nodes?labelSelector=pool%3Dgpu&limit=500",
      "GET /api/v1/nodes?labelSelector=pool%3Dgpu&limit=500&continue=more",
    ]);
  });

  it("removes with what it was told, and says whether there was something", async () => {
    await serve(({ url }) => (url.endsWith("/gone") ? notFound : { body: { kind: "Status" } }));
    assert.equal(await client.remove("/api/v1/nodes/a"), true);
    assert.equal(await client.remove("/api/v1/nodes/gone"), false);
    const propagation = "Foreground";
    await client.remove("/api/v1/nodes/a", {
      uid: "u",
      propagation,
      gracePeriodSeconds: 0,
      dryRun: true,
    });
    const bodies = server.seen.map(({ body }) => body);
    const base = { apiVersion: "v1", kind: "DeleteOptions" };
    assert.deepEqual(bodies[0], { ...base, propagationPolicy: "Background" });
    assert.deepEqual(bodies[2], {
      ...base,
      propagationPolicy: "Foreground",
      preconditions: { uid: "u" },
      gracePeriodSeconds: 0,
      dryRun: ["All"],
    });
  });

  it("patches in the way that is asked for", async () => {
    await serve(() => ({ body: deployment }));
    const path = "/apis/apps/v1/namespaces/team/deployments/a";
    await client.patch(path, {}, { fieldManager: "me" });
    await client.patch(path, [], { fieldManager: "me", type: "json", subresource: "status" });
    await client.patch(path, {}, { fieldManager: "me", type: "strategic" });
    assert.deepEqual(
      server.seen.map(({ url, headers }) => `${url} ${headers["content-type"]}`),
      [
        `${path}?fieldManager=me application/merge-patch+json`,
        `${path}/status?fieldManager=me application/json-patch+json`,
        `${path}?fieldManager=me application/strategic-merge-patch+json`,
      ],
    );
  });

  it("reads logs as text", async () => {
    await serve(() => ({ body: "line 1\nline 2\n" }));
    const text = await client.logs("team", "pod", {
      container: "main",
      tailLines: 2,
      previous: true,
    });
    assert.equal(text, "line 1\nline 2\n");
    const query = "container=main&tailLines=2&previous=true";
    assert.deepEqual(lines(), [`GET /api/v1/namespaces/team/pods/pod/log?${query}`]);
  });

  it("hands on what the server warns of", async () => {
    const warning = '299 - "would violate \\"restricted\\"", 299 - "second"';
    await serve(() => ({ headers: { warning }, body: deployment }));
    await client.apply(deployment, { fieldManager: "me" });
    assert.deepEqual(warnings, ['would violate "restricted"', "second"]);
  });
});

describe("a request that fails", () => {
  afterEach(() => server.stop());

  it("gives the API's message, reason and causes", async () => {
    const cause = {
      field: "spec.replicas",
      reason: "FieldValueInvalid",
      message: "must not be negative",
    };
    const body = {
      kind: "Status",
      code: 422,
      reason: "Invalid",
      message: 'Deployment.apps "a" is invalid',
      details: { causes: [cause] },
    };
    await serve(() => ({ status: 422, body }));
    const { message, reason, status, causes, request } = await failureOf(
      client.apply(deployment, { fieldManager: "me" }),
    );
    assert.deepEqual(
      { message, reason, status, causes, request },
      {
        message: 'Deployment.apps "a" is invalid',
        reason: "Invalid",
        status: 422,
        causes: [cause],
        request: "PATCH /apis/apps/v1/namespaces/team/deployments/a",
      },
    );
  });

  it("gives the text of a server that is no API server", async () => {
    await serve(() => ({ status: 502, body: "Bad Gateway\n" }));
    const { message, reason } = await failureOf(client.text("/readyz"));
    assert.deepEqual({ message, reason }, { message: "502 Bad Gateway", reason: "NotUnderstood" });
  });

  it("says when an answer is not an object", async () => {
    await serve(() => ({ body: "<html>" }));
    assert.equal((await failureOf(client.get("/api/v1/nodes/a"))).reason, "NotUnderstood");
    await server.stop();
    await serve(() => ({ body: { kind: "Node" } }));
    assert.equal((await failureOf(client.get("/api/v1/nodes/a"))).reason, "NotUnderstood");
  });

  it("says when nothing answers", async () => {
    await serve(() => ({}));
    await server.stop();
    const error = await failureOf(client.text("/readyz"));
    assert.equal(error.reason, "ConnectionRefused");
    assert.equal(error.message, `nothing answers at ${client.server}`);
    assert.ok(isUnreachable(error));
  });

  it("says when there is no answer in time", async () => {
    await serve(() => "hang");
    const error = await failureOf(client.text("/readyz", { timeoutMs: 100 }));
    assert.equal(error.reason, "TimedOut");
    assert.ok(isUnreachable(error));
  });

  it("ends with the reason of whoever called it off", async () => {
    await serve(() => "hang");
    const controller = new AbortController();
    const request = client.text("/readyz", { signal: controller.signal });
    controller.abort(new Error("the run was stopped"));
    await assert.rejects(request, { message: "the run was stopped" });
  });

  it("is repeated while the server is busy, after the time it asks for", async () => {
    let times = 0;
    await serve(() =>
      ++times < 3 ? { status: 429, headers: { "retry-after": "0" } } : { body: "ok" },
    );
    assert.equal(await client.text("/readyz"), "ok");
    assert.equal(times, 3);
  });

  it("is not repeated for ever", async () => {
    await serve(() => ({ status: 429, headers: { "retry-after": "0" }, body: "busy" }));
    assert.equal((await failureOf(client.text("/readyz"))).status, 429);
    assert.equal(server.seen.length, 11);
  });

  it("goes out again when a kept connection turns out to be dead", async () => {
    let cuts = 1;
    await serve(({ url }) => (url === "/second" && cuts-- > 0 ? "cut" : { body: "ok" }));
    assert.equal(await client.text("/first"), "ok");
    assert.equal(await client.text("/second"), "ok");
    assert.deepEqual(lines(), ["GET /first", "GET /second", "GET /second"]);
  });

  it("does not go out again when a new connection is cut, or when it makes something", async () => {
    await serve(({ method }) => (method === "POST" ? "cut" : { body: deployment }));
    const error = await failureOf(client.create(deployment, { fieldManager: "me" }));
    assert.equal(error.reason, "ConnectionFailed");
    assert.deepEqual(lines().filter((line) => line.startsWith("POST")).length, 1);
    await server.stop();
    await serve(() => "cut");
    assert.equal((await failureOf(client.text("/readyz"))).reason, "ConnectionFailed");
    assert.deepEqual(lines(), ["GET /readyz"]);
  });
});
