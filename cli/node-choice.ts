/** Whether an embedded stack gets a real node, and why. */
import { Failure } from "../embedded/failure.ts";

/** What a person may ask for. */
export const nodeWishes = ["auto", "real", "simulated"] as const;

export type NodeWish = (typeof nodeWishes)[number];

/** What the stack gets. */
export interface NodeChoice {
  readonly node: "real" | "simulated";
  /** For people, after `simulated: `. */
  readonly why: string;
}

/** @throws Failure when it is no wish */
export function nodeWish(text: string): NodeWish {
  const wish = nodeWishes.find((one) => one === text);
  if (wish !== undefined) return wish;
  throw new Failure(`--node: got "${text}"; allowed are ${nodeWishes.join(", ")}`);
}

/**
 * Chooses by the wish and by what is in the way of a real node.
 * @throws Failure with all reasons when a real node is asked for and is not to be had
 */
export function chooseNode(wish: NodeWish, reasons: readonly string[]): NodeChoice {
  if (wish === "simulated") return { node: "simulated", why: "asked for" };
  if (reasons.length === 0) return { node: "real", why: "this machine has what it takes" };
  if (wish === "auto") return { node: "simulated", why: reasons.join("; ") };
  const list = reasons.map((reason) => `  - ${reason}`).join("\n");
  throw new Failure(
    `--node=real: this machine cannot have a real node:\n${list}\nWith --node=simulated nothing of this is needed.`,
  );
}
