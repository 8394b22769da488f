/** The facts of every cloud, by name. */
import type { CloudFacts, CloudName } from "../contracts/cloud.ts";
import { local } from "./machines/local.ts";

export const cloudFacts: Readonly<Record<CloudName, CloudFacts>> = { local };
