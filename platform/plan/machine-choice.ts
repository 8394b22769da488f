/** Picks the cheapest machine of a cloud that has what a pool asks for. */
import type { CloudName, Machine } from "../contracts/cloud.ts";
import { cloudFacts } from "../facts/clouds.ts";
import { listOf, nearest } from "../names.ts";
import { type DraftPool, unclear } from "../spec/draft.ts";
import type { PoolSpec } from "../spec/schema.ts";
import { mebibytes, showMebibytes } from "../units.ts";
import type { Finding } from "./judgement.ts";

/** A machine by the cloud's own name for it. */
export interface Choice {
  readonly name: string;
  readonly machine: Machine;
}

/** A machine, what is wrong with the wish for one, or neither where the wish is unclear. */
export interface Chosen {
  readonly choice?: Choice | undefined;
  readonly findings: readonly (Finding & { readonly key?: "machine" | "gpu" })[];
}

type Wish = Pick<PoolSpec, "machine" | "gpu">;
type Gpu = NonNullable<PoolSpec["gpu"]>;

/** The smallest machine of `cloud` that has what `pool` asks for. */
export function chooseMachine({ machine, gpu }: DraftPool, cloud: CloudName): Chosen {
  const machines = Object.entries(cloudFacts[cloud].machines).map(([name, machine]) => ({
    name,
    machine,
  }));
  const findings = [
    ...(typeof machine === "string" ? unknownMachine(machine, machines, cloud) : []),
    ...(typeof gpu === "object" ? unknownGpu(gpu, machines, cloud) : []),
  ];
  if (findings.length > 0 || machine === unclear || gpu === unclear) return { findings };
  const wish = { machine, gpu };
  const [choice] = machines.filter((candidate) => fits(candidate, wish)).toSorted(bySize);
  return choice ? { choice, findings } : { findings: [misfit(wish, machines, cloud)] };
}

function unknownMachine(name: string, machines: readonly Choice[], cloud: CloudName) {
  const names = machines.map((choice) => choice.name);
  if (names.includes(name)) return [];
  const meant = nearest(name, names);
  return [
    {
      key: "machine",
      code: "no-such-machine",
      problem: `got ${JSON.stringify(name)}, which ${cloud} does not have`,
      allowed: `${cloud} has ${listOf(names)}`,
      fix: meant ? `write ${JSON.stringify(meant)}` : "name one of these, or ask by cpu and memory",
    },
  ] as const;
}

function unknownGpu({ model, count }: Gpu, machines: readonly Choice[], cloud: CloudName) {
  const offers = machines.flatMap(({ machine }) => machine.gpu ?? []);
  if (offers.some((offer) => offer.model === model && offer.count === count)) return [];
  const sameModel = offers.filter((offer) => offer.model === model);
  const open = sameModel.length > 0 ? sameModel : offers;
  return [
    {
      key: "gpu",
      code: "no-such-machine",
      problem: `got ${count} x ${model}, and no machine of ${cloud} has that`,
      allowed: `${cloud} offers ${open.map((offer) => `${offer.count} x ${offer.model}`).join(", ")}`,
      fix: sameModel.length > 0 ? "choose one of these counts" : "choose one of these models",
    },
  ] as const;
}

/** A machine with a GPU is only for pools that ask for one, or name it. */
function fits({ name, machine }: Choice, wish: Wish): boolean {
  const { gpu } = machine;
  if (wish.machine === undefined && wish.gpu === undefined) return false;
  if (typeof wish.machine === "string" && wish.machine !== name) return false;
  if (wish.gpu && (gpu?.model !== wish.gpu.model || gpu.count !== wish.gpu.count)) return false;
  if (!wish.gpu && gpu && typeof wish.machine !== "string") return false;
  if (typeof wish.machine !== "object") return true;
  return machine.cpu >= wish.machine.cpu && machine.memoryMiB >= mebibytes(wish.machine.memory);
}

function bySize(a: Choice, b: Choice): number {
  return a.machine.cpu - b.machine.cpu || a.machine.memoryMiB - b.machine.memoryMiB;
}

/** Says what is on offer, when no machine has all that `wish` asks for together. */
function misfit(wish: Wish, machines: readonly Choice[], cloud: CloudName): Chosen["findings"][0] {
  if (wish.machine === undefined) {
    return {
      code: "no-such-machine",
      problem: "asks for neither a machine nor a GPU",
      allowed: "a pool has a machine, a gpu or both",
      fix: 'add "machine", for example { cpu: 4, memory: 16GiB }',
    };
  }
  const open = machines.filter(({ machine }) => machine.gpu?.model === wish.gpu?.model);
  return {
    key: "machine",
    code: "no-such-machine",
    problem: `got ${showWish(wish)}, and no machine of ${cloud} has that`,
    allowed: `${cloud} offers ${open.map(showMachine).join(", ")}`,
    fix: "ask for one of these",
  };
}

function showWish({ machine, gpu }: Wish): string {
  const least = typeof machine === "object" && `at least ${machine.cpu} CPUs and ${machine.memory}`;
  const wishes = [
    least,
    typeof machine === "string" && machine,
    gpu && `${gpu.count} x ${gpu.model}`,
  ];
  return wishes.filter((wish) => typeof wish === "string").join(" with ");
}

function showMachine({ name, machine }: Choice): string {
  const gpu = machine.gpu ? `, ${machine.gpu.count} x ${machine.gpu.model}` : "";
  return `${name} (${machine.cpu} CPUs, ${showMebibytes(machine.memoryMiB)}${gpu})`;
}
