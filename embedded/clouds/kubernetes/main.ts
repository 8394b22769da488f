/** The executable `pulumi-resource-kubernetes`, through a launcher: takes the engine's address as its last argument. */
import { serve } from "../serve.ts";
import { kubernetesPackage } from "./provider.ts";

await serve(kubernetesPackage);
