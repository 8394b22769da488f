/** `plan()` alone, for growing numbers of services. */
import { plan } from "../platform/plan/index.ts";
import { loadFrom } from "../platform/spec/load.ts";
import { type Measure, median } from "./measure.ts";

const sizes = [10, 100, 1000];
const rounds = 7;

export function measurePlan(): readonly Measure[] {
  const perService = sizes.map((size) => ({ size, microseconds: planMicroseconds(size) / size }));
  const smallest = perService[0]?.microseconds ?? Number.NaN;
  return perService.map(({ size, microseconds }) => ({
    name: `plan of ${size} services, per service`,
    value: microseconds,
    unit: "us",
    ratio: microseconds / smallest,
    aim: "under 1000 us, ratio about 1 (linear)",
  }));
}

function planMicroseconds(services: number): number {
  const loaded = loadFrom("stacks/bench.yaml", (file) => textOf(file, services), []);
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    const { issues } = plan(loaded);
    if (issues.length > 0) throw new Error(issues[0]?.problem);
    return (performance.now() - start) * 1000;
  });
  return median(times);
}

/** A spec whose services share one pool, half of them with a model server of each kind. */
function textOf(file: string, services: number): string {
  if (file === "services/team/cpu.yaml") {
    return "server: fastapi\nimage: registry.example/app:1.0.0\nresources: { cpu: 1, memory: 2GiB }\nrequestTimeout: 10s\n";
  }
  const placed = Array.from(
    { length: services },
    (_, index) => `  service-${index}: { from: team/cpu, replicas: 2 }`,
  );
  return [
    "version: 1",
    "kind: platform",
    "name: bench",
    "cloud: local",
    "environment: dev",
    "owner: bench",
    "costCenter: bench",
    'kubernetes: { version: "1.36" }',
    `pools: { cpu: { machine: { cpu: 16, memory: 64GiB }, nodes: ${Math.ceil(services / 4)} } }`,
    "teams: { team: { pools: [cpu], gpus: 0, modelPrefix: team/ } }",
    "services:",
    ...placed,
    "",
  ].join("\n");
}
