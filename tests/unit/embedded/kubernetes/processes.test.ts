import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeArguments, nodeFiles } from "../../../../embedded/kubernetes/node/api-server.ts";
import {
  type Binaries,
  controllerNames,
  coreNames,
  type ProcessName,
  planOf,
  processTable,
  stagesOf,
} from "../../../../embedded/kubernetes/processes.ts";
import { type Settings, userIds } from "../../../../embedded/kubernetes/settings.ts";

const binaries: Binaries = { etcd: "/b/etcd", kubernetes: "/b/kubernetes", kwok: "/b/kwok" };
const settings: Settings = {
  port: 21_234,
  tokens: {
    admin: "secret-a",
    "kube-controller-manager": "secret-c",
    "kube-scheduler": "secret-s",
    kwok: "secret-k",
    kubelet: "secret-n",
    "kube-proxy": "secret-p",
  },
};
const names: readonly ProcessName[] = [...coreNames, ...controllerNames];

function argsOf(name: ProcessName, hasNode = false): readonly string[] {
  return planOf(name, settings, binaries, hasNode).args;
}

function flagOf(name: ProcessName, flag: string): string | undefined {
  return argsOf(name)
    .find((arg) => arg.startsWith(`--${flag}=`))
    ?.slice(flag.length + 3);
}

describe("processes of the control plane", () => {
  it("are each started in one of the two steps", () => {
    assert.deepEqual(names, Object.keys(processTable));
  });

  it("run from the builds' folders", () => {
    assert.deepEqual(
      names.map((name) => planOf(name, settings, binaries, false).binary),
      [
        "/b/etcd/etcd",
        "/b/kubernetes/kube-apiserver",
        "/b/kubernetes/kube-controller-manager",
        "/b/kubernetes/kube-scheduler",
        "/b/kwok/kwok",
      ],
    );
  });

  it("have no token in their arguments, which every user of the machine can read", () => {
    const all = names.flatMap((name) => argsOf(name, true)).join(" ");
    for (const user of userIds) assert.equal(all.includes(settings.tokens[user]), false, user);
  });

  it("name their files from the folder in which they run", () => {
    const all = names.flatMap((name) => argsOf(name, true));
    const absolute = all.filter((arg) => /=(\/|.*:\/\/\/)/.test(arg));
    assert.deepEqual(absolute, []);
  });

  it("know only the API server's port, on 127.0.0.1", () => {
    assert.equal(flagOf("kube-apiserver", "secure-port"), "21234");
    assert.equal(flagOf("kube-apiserver", "bind-address"), "127.0.0.1");
    assert.equal(flagOf("kube-controller-manager", "secure-port"), "0");
    assert.equal(flagOf("kube-scheduler", "secure-port"), "0");
    assert.equal(flagOf("kwok", "server-address"), undefined);
    assert.equal(flagOf("kwok", "node-port"), undefined);
    const urls = argsOf("etcd").filter((arg) => arg.includes("://"));
    assert.equal(urls.length, 5);
    for (const url of urls) assert.match(url, /=(default=)?unix:\/\/etcd(-peer)?:0$/);
  });

  it("meet at etcd's socket", () => {
    assert.equal(flagOf("kube-apiserver", "etcd-servers"), flagOf("etcd", "listen-client-urls"));
  });

  it("let nobody in without credentials, and nodes only to their own objects", () => {
    assert.equal(flagOf("kube-apiserver", "anonymous-auth"), "false");
    assert.equal(flagOf("kube-apiserver", "authorization-mode"), "Node,RBAC");
    assert.equal(flagOf("kube-apiserver", "enable-admission-plugins"), "NodeRestriction");
  });

  it("reach pods and the kubelet through the socket of the real node, where there is one", () => {
    const added = names.flatMap((name) => {
      const without = new Set(argsOf(name));
      return argsOf(name, true).filter((arg) => !without.has(arg));
    });
    assert.deepEqual(added, nodeArguments);
    assert.ok(added.includes(`--egress-selector-config-file=${nodeFiles.egress}`));
  });

  it("leave nodes alone that are not marked as simulated", () => {
    const kwok = argsOf("kwok");
    assert.ok(kwok.includes("--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake"));
    assert.equal(
      kwok.some((arg) => arg.startsWith("--manage-all-nodes")),
      false,
    );
  });
});

describe("stages of kwok", () => {
  it("are all YAML files of the build, one after the other", () => {
    const kwok = mkdtempSync(join(tmpdir(), "kwok-"));
    try {
      for (const [folder, file] of [
        ["pod", "b.yaml"],
        ["node", "a.yaml"],
        ["node", "README.md"],
      ] as const) {
        mkdirSync(join(kwok, folder), { recursive: true });
        writeFileSync(join(kwok, folder, file), `${folder}/${file}\n`);
      }
      assert.equal(stagesOf({ ...binaries, kwok }), "node/a.yaml\n---\npod/b.yaml\n");
    } finally {
      rmSync(kwok, { recursive: true });
    }
  });
});
