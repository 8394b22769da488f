/** Trains the example model and puts it where a model bucket has it. */
import { copyFileSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachedFolder } from "../engine/cached-folder.ts";
import { buildsRoot, checkoutRoot } from "../paths.ts";
import type { Progress } from "../progress.ts";
import { fileHash, shortHash } from "./content-key.ts";
import { ensureWheels, runWithWheels } from "./python.ts";

const example = join(checkoutRoot, "examples", "iris");

/** Where the model is in a bucket; the service's `model.path` names its folder. */
const pathInBucket = "flowers/iris/1/model.onnx";

/** A trained model. */
export interface TrainedModel {
  /** Path of the model in the bucket's folder. */
  readonly model: string;
  /** Path of a JSON file with rows that the model has not seen: `[{ "measurements": [5.1, …], "class": "setosa" }, …]`. */
  readonly heldBack: string;
}

/**
 * Trains the iris model, unless this machine has done so, and puts it into a bucket.
 * @param bucket folder that stands for the bucket
 * @throws Failure when Python or its packages cannot be had, or the model gets too many held-back rows wrong
 */
export async function ensureIrisModel(bucket: string, progress: Progress): Promise<TrainedModel> {
  const wheels = await ensureWheels({ file: join(example, "train-requirements.lock") }, progress);
  const program = join(example, "train.py");
  const key = shortHash([wheels.folder, readFileSync(program, "utf8")]);
  const folder = join(buildsRoot(), `iris-model-${key}`);
  const [trained, heldBack] = [join(folder, "model.onnx"), join(folder, "held-back.json")];
  await cachedFolder(folder, "train the iris model", progress, async (partial) => {
    const files = [
      "--model",
      join(partial, "model.onnx"),
      "--held-back",
      join(partial, "held-back.json"),
    ];
    await runWithWheels(wheels, [program, ...files], progress);
  });
  const model = join(bucket, pathInBucket);
  if ((await hashOf(model)) !== (await hashOf(trained))) place(trained, model);
  return { model, heldBack };
}

async function hashOf(path: string): Promise<string | undefined> {
  return fileHash(path).catch(() => undefined);
}

/** A pod may be reading the old one: the new one takes its place in one go. */
function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const aside = join(dirname(to), `.${process.pid}.partial`);
  copyFileSync(from, aside);
  renameSync(aside, to);
}
