/** The arguments of the two gateways. `node/processes.ts` writes them. */
import { parseArgs } from "node:util";
import type { Forward } from "../node/processes.ts";
import { parsePort, parseTarget } from "./target.ts";

/** What the gateway in the node's namespaces is told. */
export interface NodeGatewayArgs {
  /** Unix socket on which it takes `CONNECT`. */
  readonly connectSocket: string;
  /** Unix socket of the gateway on the machine's side, which leads to the API server. */
  readonly apiSocket: string;
  /** Port of the API server, which pods and the kubelet find here as it is on the machine. */
  readonly apiPort: number;
  /** IP address of the node. */
  readonly address: string;
  /** Folder that stands for the model bucket. */
  readonly models: string;
  /** Port, on the node's address, of the model bucket. */
  readonly modelsPort: number;
}

/** What the gateway on the machine's side is told. */
export interface HostGatewayArgs {
  /** Unix socket on which it takes connections to the API server. */
  readonly apiSocket: string;
  /** Port of the API server on 127.0.0.1. */
  readonly apiPort: number;
  /** Unix socket on which the node's gateway takes `CONNECT`. */
  readonly connectSocket: string;
  /** Ports of 127.0.0.1, and where in the node's network they lead. */
  readonly forwards: readonly Forward[];
}

const text = { type: "string" } as const;

/** @throws Error that names the argument that is missing, unknown or wrong */
export function nodeGatewayArgs(args: readonly string[]): NodeGatewayArgs {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ "connect-socket": text, "api-socket": text, "api-port": text },
      ...{ address: text, models: text, "models-port": text },
    },
  });
  return {
    connectSocket: given("--connect-socket", values["connect-socket"]),
    apiSocket: given("--api-socket", values["api-socket"]),
    apiPort: port("--api-port", values["api-port"]),
    address: given("--address", values.address),
    models: given("--models", values.models),
    modelsPort: port("--models-port", values["models-port"]),
  };
}

/** @throws Error that names the argument that is missing, unknown or wrong */
export function hostGatewayArgs(args: readonly string[]): HostGatewayArgs {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ "connect-socket": text, "api-socket": text, "api-port": text },
      forward: { type: "string", multiple: true },
    },
  });
  return {
    apiSocket: given("--api-socket", values["api-socket"]),
    apiPort: port("--api-port", values["api-port"]),
    connectSocket: given("--connect-socket", values["connect-socket"]),
    forwards: (values.forward ?? []).map(forward),
  };
}

function given(name: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new Error(`${name} is missing`);
  return value;
}

function port(name: string, value: string | undefined): number {
  const number = parsePort(given(name, value));
  if (number === undefined) throw new Error(`${name}: got "${value}"; a port is 1 to 65535`);
  return number;
}

function forward(value: string): Forward {
  const [left = "", right = ""] = value.split("=", 2);
  const from = parsePort(left);
  const target = parseTarget(right);
  if (from === undefined || target === undefined) {
    throw new Error(`--forward: got "${value}"; write <port>=<host>:<port>`);
  }
  return { port: from, host: target.host, hostPort: target.port };
}
