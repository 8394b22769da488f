/** The example server with faults that tests switch on; `faulty.py` says which. */
import { join } from "node:path";
import { type Recipe, recipes } from "../../../embedded/images/recipes.ts";
import { checkoutRoot } from "../../../embedded/paths.ts";

const { iris } = recipes;

/** It starts like the real image, whose application is a module of another name here. */
export const irisFaulty: Recipe = {
  ...iris,
  reference: "localhost/inference-platform-test/iris-faulty:0.1.0",
  files: async () => {
    const { "/app/main.py": production } = await iris.files();
    return {
      "/app/main.py": join(checkoutRoot, "tests", "support", "images", "faulty.py"),
      "/app/production.py": production,
    };
  },
};
