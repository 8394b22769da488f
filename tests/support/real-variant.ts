/** Workloads beside the real service that are as the platform planned it, but for what a test changes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:net";
import { ensureBuild } from "../../embedded/engine/go-build.ts";
import { buildImage, type LocalImage } from "../../embedded/images/ensure-image.ts";
import type { KubernetesClient } from "../../embedded/kubernetes/client.ts";
import { pipeServer } from "../../embedded/kubernetes/gateway/pipe-server.ts";
import { initOf } from "../../embedded/kubernetes/node/enter.ts";
import { clusterDomain } from "../../embedded/kubernetes/node/network.ts";
import { NodeImages } from "../../embedded/kubernetes/node/node-images.ts";
import { reach } from "../../embedded/kubernetes/node/reach.ts";
import { isRecord, type KubernetesObject, read, readList } from "../../embedded/kubernetes/objects.ts";
import { silent } from "../../embedded/progress.ts";
import { irisFaulty } from "./images/iris-faulty.ts";
import { namespace, paths, type RealStack, type RealStack as Stack } from "./real-stack.ts";
