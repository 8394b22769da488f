/** What one control plane keeps for good: its port and its users' tokens. All its other files follow from these. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nodeName } from "./node/network.ts";
import { readNumber, readString } from "./objects.ts";
import { freePort, isFreeSoon } from "./ports.ts";

/** Who may talk to the API server. Each has a token of its own and no more rights than its work needs. */
export const users = {
  /** The person at the machine, and what runs on their behalf. */
  admin: { name: "inference-platform-admin", groups: ["system:masters"] },
  // The API server gives these two their roles itself.
  "kube-controller-manager": { name: "system:kube-controller-manager", groups: [] },
  "kube-scheduler": { name: "system:kube-scheduler", groups: [] },
  /** Its role is `kwokRole` in access.ts. */
  kwok: { name: "inference-platform-kwok", groups: [] },
  // Those of a real node. The API server lets a kubelet change its own node and the pods on it, and no other.
  kubelet: { name: `system:node:${nodeName}`, groups: ["system:nodes"] },
  "kube-proxy": { name: "system:kube-proxy", groups: [] },
} as const satisfies Record<string, { readonly name: string; readonly groups: readonly string[] }>;

export type UserId = keyof typeof users;

/** Ids of all users. */
export const userIds: readonly UserId[] = [
  "admin",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kubelet",
  "kube-proxy",
];

export interface Settings {
  /** The API server's port on 127.0.0.1. */
  readonly port: number;
  /** Bearer tokens. */
  readonly tokens: Readonly<Record<UserId, string>>;
}

/** Files of one control plane, by name below its folder. Processes run in that folder and name them as they stand here. */
export const files = {
  settings: "settings.json",
  tokens: "tokens.csv",
  serviceAccountKey: "service-account.key",
  /** Certificate of the API server, and of the authority that signed it; the API server makes both and their key. */
  certificate: "apiserver.crt",
  certificateKey: "apiserver.key",
  authority: "ca.crt",
  /**
   * Sockets of etcd, which asks for no credentials: they are in a folder of the owner's, where no other user of the machine
   * can reach them. etcd wants `host:port` in every URL, also in that of a socket; hence the `:0`.
   */
  etcdSocket: "etcd:0",
  etcdPeerSocket: "etcd-peer:0",
  etcdData: "etcd-data",
  /** What a simulated node and its pods do by themselves. */
  stages: "stages.yaml",
} as const;

/**
 * The settings in `folder`, made on first use. The port is chosen anew when `portIsOurs` is false and somebody else has
 * taken it; the tokens stay.
 */
export async function ensureSettings(folder: string, portIsOurs: boolean): Promise<Settings> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const kept = readSettings(folder);
  const port = kept && (portIsOurs || (await isFreeSoon(kept.port))) ? kept.port : await freePort();
  const settings: Settings = { port, tokens: kept?.tokens ?? newTokens() };
  writeIfChanged(join(folder, files.settings), JSON.stringify(settings));
  writeIfChanged(join(folder, files.tokens), tokenFile(settings));
  const key = join(folder, files.serviceAccountKey);
  if (!existsSync(key)) writePrivate(key, newKey());
  return settings;
}

/** The settings in `folder`; a file that lacks something, for example a user of a later version, counts as none. */
function readSettings(folder: string): Settings | undefined {
  const file = parsed(join(folder, files.settings));
  const port = readNumber(file, "port");
  const tokens = tokensFrom((user) => readString(file, "tokens", user) ?? "");
  const isWhole = port !== undefined && userIds.every((user) => tokens[user] !== "");
  return isWhole ? { port, tokens } : undefined;
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // Not there, or damaged.
  }
}

function newTokens(): Settings["tokens"] {
  return tokensFrom(() => randomBytes(32).toString("hex"));
}

function tokensFrom(token: (user: UserId) => string): Settings["tokens"] {
  return {
    admin: token("admin"),
    "kube-controller-manager": token("kube-controller-manager"),
    "kube-scheduler": token("kube-scheduler"),
    kwok: token("kwok"),
    kubelet: token("kubelet"),
    "kube-proxy": token("kube-proxy"),
  };
}

/** Lines of token, user, uid and groups. @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file */
function tokenFile({ tokens }: Settings): string {
  const lines = userIds.map(
    (id) => `${tokens[id]},${users[id].name},${id},"${users[id].groups.join(",")}"`,
  );
  return `${lines.join("\n")}\n`;
}

/** Signs and verifies the tokens of service accounts. An elliptic key is made in a millisecond, an RSA key in up to a second. */
function newKey(): string {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "sec1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return privateKey;
}

/** Writes a file that only its owner can read; readers see the old text or the new, never a half. */
function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600 });
  renameSync(aside, path);
}

/** As `writePrivate`, but leaves a file alone that already says so. */
export function writeIfChanged(path: string, text: string): void {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writePrivate(path, text);
}
