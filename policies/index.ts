/** The policy pack as a process: constructing the pack starts its server, so only the engine's runner loads this file. */
import { PolicyPack } from "@pulumi/policy";
import { createPolicies } from "./pack.ts";
import { rules } from "./rules/index.ts";

new PolicyPack("inference-platform", { policies: createPolicies(rules) });
