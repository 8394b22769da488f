/** The executable `pulumi-resource-local`, through a launcher: takes the engine's address as its last argument. */
import { serve } from "../serve.ts";
import { localPackage } from "./provider.ts";

await serve(localPackage);
