/** The model servers a service file may name. */
import type { ModelServer } from "../../contracts/server.ts";
import { fastapi } from "./fastapi.ts";
import { triton } from "./triton.ts";

export const servers = { fastapi, triton } as const satisfies Record<string, ModelServer>;

export type ServerId = keyof typeof servers;
