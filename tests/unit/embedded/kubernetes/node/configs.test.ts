import assert from "node:assert/strict";
import {
  cniConfig,
  containerdConfig,
  kubeletConfig,
  kubeProxyConfig,
} from "../../../../../embedded/kubernetes/node/configs.ts";
import { read } from "../../../../../embedded/kubernetes/objects.ts";

describe("settings of a real node's programs", () => {
  const containerd = containerdConfig({
    pauseImage: "localhost/pause:1",
    runc: '/tools/it\'s "runc"',
    cniPlugins: "/cni",
  });
  const kubelet: unknown = JSON.parse(kubeletConfig({ reserved: { memory: "1Gi" } }));
  const proxy: unknown = JSON.parse(kubeProxyConfig("this-machine"));

  it("name files of the namespace only, where paths are short and nothing is the machine's", () => {
    const paths = [containerd, JSON.stringify(kubelet), JSON.stringify(proxy), cniConfig].flatMap(
      (text) => text.match(/(?<=["'](unix:\/\/)?)\/[^"']+/g) ?? [],
    );
    const others = paths.filter((path) => !/^\/(run|var\/log)\//.test(path));
    assert.deepEqual(others, ["/tools/it", "/cni"]); // programs
  });

  it("quote paths with quotes in them", () => {
    assert.ok(containerd.includes(`BinaryName = "/tools/it's \\"runc\\""`));
  });

  it("let nobody ask the kubelet who is not known to the API server", () => {
    assert.equal(read(kubelet, "authentication", "anonymous", "enabled"), false);
    assert.equal(read(kubelet, "authorization", "mode"), "Webhook");
  });

  it("keep images, which cannot be had again", () => {
    assert.equal(read(kubelet, "imageGCHighThresholdPercent"), 100);
  });

  it("leave alone what only the machine's own network namespace may set", () => {
    assert.deepEqual(read(proxy, "conntrack"), {
      maxPerCore: 0,
      min: 0,
      tcpEstablishedTimeout: "0s",
      tcpCloseWaitTimeout: "0s",
    });
  });
});
