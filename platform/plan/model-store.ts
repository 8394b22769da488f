/** Where pods find the models. */
import type { ModelStore } from "../contracts/cloud.ts";
import { cloudFacts } from "../facts/clouds.ts";
import { images } from "../facts/images.ts";
import { type Draft, unclear } from "../spec/draft.ts";
import type { Judgement } from "./judgement.ts";

/** `undefined` when nobody can say. */
export function modelStoreOf({ cloud, cluster }: Draft): ModelStore | undefined {
  if (cluster?.kind !== "existing") return cloud && cloudFacts[cloud].modelStore;
  const { modelStore } = cluster;
  if (modelStore === undefined || modelStore === unclear) return undefined;
  const store = { url: modelStore, downloader: images.storageInitializer };
  const web = /^https:\/\/[^/:]*(:(?<port>\d+))?/.exec(modelStore);
  // A bucket can be listed, and is called by HTTPS; a web server hands out single files.
  return web === null
    ? { ...store, port: 443 }
    : { ...store, archive: ".tar", port: Number(web.groups?.["port"] ?? 443) };
}

/** An existing cluster has no store of ours: who serves a model there says where it is. */
export function judgeModelStore({ source, cluster, services }: Draft, judge: Judgement): void {
  if (cluster?.kind !== "existing" || cluster.modelStore !== undefined) return;
  const named = [...services].filter(([, { file }]) => file?.parts.modelPath !== undefined);
  if (named.length === 0) return;
  const names = named.map(([name]) => name).join(", ");
  judge.refuseKey(source, ["kubernetes", "use", "modelStore"], {
    code: "missing-key",
    problem: `is missing, but there are models to get: ${names}`,
    allowed: "it is the address of the store that holds them, such as s3://models",
    fix: 'add "modelStore"',
  });
}
