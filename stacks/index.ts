/** The Pulumi program: load, plan, build, outputs. */
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readSite } from "../embedded/site.ts";
import { SpecError } from "../platform/issue.ts";
import { build } from "./build.ts";
import { outputs } from "./outputs.ts";
import { planStack } from "./plan.ts";

async function run() {
  const spec = new pulumi.Config("inference-platform").require("spec");
  try {
    const plan = planStack(dirname(import.meta.dirname), spec, readSite(pulumi.getStack()));
    return outputs(plan, await build(plan));
  } catch (error) {
    // A RunError is printed line by line, without a stack.
    throw error instanceof SpecError ? new pulumi.RunError(error.message) : error;
  }
}

/** The stack's contract with other stacks. */
export const platform = await run();
