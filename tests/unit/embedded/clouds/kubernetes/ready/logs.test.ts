import assert from "node:assert/strict";
import { talkerOf, toldOf } from "../../../../../../embedded/clouds/kubernetes/ready/logs.ts";

const running = { running: { startedAt: "2026-01-01T00:00:00Z" } };
const waiting = { waiting: { reason: "CrashLoopBackOff" } };
const ended = (exitCode: number) => ({ terminated: { exitCode } });

describe("container whose log is told", () => {
  const cases: readonly {
    title: string;
    init?: readonly object[];
    containers: readonly object[];
    expected: ReturnType<typeof talkerOf>;
  }[] = [
    {
      title: "is one that runs and is not ready",
      containers: [
        { name: "side", ready: true, state: running },
        { name: "server", ready: false, state: running },
      ],
      expected: { container: "server", previous: false },
    },
    {
      title: "is one that keeps ending, with the words of its last run",
      containers: [{ name: "server", ready: false, state: waiting, lastState: ended(1) }],
      expected: { container: "server", previous: true },
    },
    {
      title: "is one that has just ended",
      containers: [{ name: "server", ready: false, state: ended(3) }],
      expected: { container: "server", previous: false },
    },
    {
      title: "is the init container that the others wait for",
      init: [{ name: "model", ready: false, state: ended(1) }],
      containers: [{ name: "server", ready: false, state: waiting }],
      expected: { container: "model", previous: false },
    },
    {
      title: "is not an init container that has done its work",
      init: [{ name: "model", ready: true, state: ended(0) }],
      containers: [{ name: "server", ready: false, state: running }],
      expected: { container: "server", previous: false },
    },
    {
      title: "is none where nothing has run",
      containers: [
        { name: "server", ready: false, state: { waiting: { reason: "ErrImagePull" } } },
      ],
      expected: undefined,
    },
    { title: "is none on a node without a kubelet", containers: [], expected: undefined },
  ];
  for (const { title, init = [], containers, expected } of cases) {
    it(title, () => {
      const status = { initContainerStatuses: init, containerStatuses: containers };
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, status };
      assert.deepEqual(talkerOf(pod), expected);
    });
  }
});

describe("log of a container", () => {
  it("is told line by line, without empty lines and characters that steer a terminal", () => {
    assert.deepEqual(toldOf("one\n\n\u001b[31mtwo\r\n"), ["  one", "   [31mtwo"]);
  });

  it("is cut off where a line is endless", () => {
    assert.equal(toldOf("x".repeat(10_000)).join("").length, 302);
  });
});
