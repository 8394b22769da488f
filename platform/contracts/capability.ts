/** What clouds can do, declared: every cloud answers for every feature, so that a gap does not compile. */

/** What differs between clouds. A feature enters the list with the first spec key that needs it. */
export const features = ["nodeAutoscaling", "replicaAutoscaling"] as const;

export type Feature = (typeof features)[number];

export type Capability =
  | { readonly support: "native"; readonly via: string }
  /** Plan prints `differs` as a note. */
  | { readonly support: "substitute"; readonly via: string; readonly differs: string }
  /** Plan refuses a spec that asks for it and quotes the reason. */
  | { readonly support: "none"; readonly reason: string };

export type Capabilities = Readonly<Record<Feature, Capability>>;

/** What a spec that asks for a feature is told: why it cannot have it, or what differs from what it may expect. */
export function answer(capability: Capability): { refusal?: string; note?: string } {
  switch (capability.support) {
    case "native":
      return {};
    case "substitute":
      return { note: capability.differs };
    case "none":
      return { refusal: capability.reason };
  }
}
