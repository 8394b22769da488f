/** What an environment stands for. Components and plan read these rows; nothing asks for an environment by name. */

export const environmentNames = ["dev", "staging", "prod"] as const;

export type Environment = (typeof environmentNames)[number];

export interface EnvironmentPolicy {
  /** Fewest replicas of a service. */
  readonly minReplicas: number;
}

export const environments = {
  dev: { minReplicas: 1 },
  staging: { minReplicas: 1 },
  prod: { minReplicas: 2 },
} as const satisfies Record<Environment, EnvironmentPolicy>;
