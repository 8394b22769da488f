/** All mutation operators. */
import { clusterOperators } from "./cluster-operators.ts";
import { fileOperators } from "./file-operators.ts";
import { harmlessOperators } from "./harmless-operators.ts";
import type { Operator } from "./mutant.ts";
import { nameOperators } from "./name-operators.ts";
import { poolOperators } from "./pool-operators.ts";
import { secretOperators } from "./secret-operators.ts";
import { shapeOperators } from "./shape-operators.ts";
import { sizeOperators } from "./size-operators.ts";
import { syntaxOperators } from "./syntax-operators.ts";
import { valueOperators } from "./value-operators.ts";

export const operators: readonly Operator[] = [
  ...valueOperators,
  ...shapeOperators,
  ...syntaxOperators,
  ...clusterOperators,
  ...poolOperators,
  ...sizeOperators,
  ...nameOperators,
  ...fileOperators,
  ...secretOperators,
  ...harmlessOperators,
];
