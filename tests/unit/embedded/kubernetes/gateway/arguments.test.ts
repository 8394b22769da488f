import assert from "node:assert/strict";
import {
  hostGatewayArgs,
  nodeGatewayArgs,
} from "../../../../../embedded/kubernetes/gateway/arguments.ts";

const forNode = [
  "--connect-socket=node.sock",
  "--api-socket=api.sock",
  "--api-port=6443",
  "--address=10.250.0.1",
  "--models=/var/models",
  "--models-port=8080",
];

const forHost = ["--connect-socket=node.sock", "--api-socket=api.sock", "--api-port=6443"];

describe("gateway arguments", () => {
  it("of the node's gateway", () => {
    assert.deepEqual(nodeGatewayArgs(forNode), {
      connectSocket: "node.sock",
      apiSocket: "api.sock",
      apiPort: 6443,
      address: "10.250.0.1",
      models: "/var/models",
      modelsPort: 8080,
    });
  });

  it("of the host's gateway, with any number of forwards", () => {
    const args = { apiSocket: "api.sock", apiPort: 6443, connectSocket: "node.sock" };
    assert.deepEqual(hostGatewayArgs(forHost), { ...args, forwards: [] });
    const forwards = [
      "--forward=20001=iris.flowers.svc.cluster.local:80",
      "--forward=20002=10.96.0.1:443",
    ];
    assert.deepEqual(hostGatewayArgs([...forHost, ...forwards]), {
      ...args,
      forwards: [
        { port: 20_001, host: "iris.flowers.svc.cluster.local", hostPort: 80 },
        { port: 20_002, host: "10.96.0.1", hostPort: 443 },
      ],
    });
  });

  for (const argument of forNode) {
    const [name = ""] = argument.split("=", 1);
    it(`names ${name} when the node's gateway lacks it`, () => {
      const others = forNode.filter((other) => other !== argument);
      assert.throws(() => nodeGatewayArgs(others), { message: `${name} is missing` });
      assert.throws(() => nodeGatewayArgs([...others, `${name}=`]), {
        message: `${name} is missing`,
      });
    });
  }

  for (const argument of forHost) {
    const [name = ""] = argument.split("=", 1);
    it(`names ${name} when the host's gateway lacks it`, () => {
      const others = forHost.filter((other) => other !== argument);
      assert.throws(() => hostGatewayArgs(others), { message: `${name} is missing` });
    });
  }

  for (const port of ["0", "65536", "http", "1e3", "-1", " 80"]) {
    it(`refuses the port "${port}"`, () => {
      assert.throws(() => hostGatewayArgs([...forHost, `--api-port=${port}`]), {
        message: `--api-port: got "${port}"; a port is 1 to 65535`,
      });
    });
  }

  for (const value of [
    "20001",
    "20001=iris",
    "20001=iris:0",
    "0=iris:80",
    "=iris:80",
    "1=a b:80",
    "1=[::1]:80",
  ]) {
    it(`refuses the forward "${value}"`, () => {
      assert.throws(() => hostGatewayArgs([...forHost, `--forward=${value}`]), {
        message: `--forward: got "${value}"; write <port>=<host>:<port>`,
      });
    });
  }

  it("refuses what it does not know", () => {
    assert.throws(() => hostGatewayArgs([...forHost, "--verbose"]), /Unknown option '--verbose'/);
    assert.throws(() => nodeGatewayArgs([...forNode, "more"]), /Unexpected argument 'more'/);
  });
});
