/** The catalogues that rules refer to, with the version their numbers were read in. */

interface Framework {
  readonly name: string;
  readonly version: string;
  readonly specification: string;
}

/** Listed in the order of weight: a policy is filed under the first that it refers to. */
export const frameworks = {
  pss: {
    name: "Pod Security Standards",
    version: "1.36",
    specification: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  },
  /** One number stands for EKS 1.8.0, AKS 1.8 and GKE 1.9.0, several in that order, as kube-bench prints them. */
  cis: {
    name: "CIS Kubernetes benchmarks for EKS, AKS and GKE",
    version: "1.8.0, 1.8, 1.9.0",
    specification: "https://github.com/aquasecurity/kube-bench/tree/main/cfg",
  },
  checkov: {
    name: "Checkov",
    version: "2026-08",
    specification: "https://github.com/bridgecrewio/checkov",
  },
  trivy: {
    name: "Trivy checks",
    version: "2026-08",
    specification: "https://github.com/aquasecurity/trivy-checks",
  },
  bpg: {
    name: "AWS EKS best practices guide",
    version: "2026-05",
    specification: "https://github.com/aws/aws-eks-best-practices",
  },
  kubeScore: {
    name: "kube-score",
    version: "2026-05",
    specification: "https://github.com/zegl/kube-score",
  },
  kubeLinter: {
    name: "kube-linter",
    version: "2026-08",
    specification: "https://github.com/stackrox/kube-linter",
  },
  polaris: {
    name: "Polaris",
    version: "2026-08",
    specification: "https://github.com/FairwindsOps/polaris",
  },
  kyverno: {
    name: "Kyverno policies",
    version: "2026-03",
    specification: "https://github.com/kyverno/policies",
  },
  gatekeeper: {
    name: "Gatekeeper library",
    version: "2026-07",
    specification: "https://github.com/open-policy-agent/gatekeeper-library",
  },
  kubernetes: {
    name: "Kubernetes",
    version: "1.36",
    specification: "https://kubernetes.io/docs/",
  },
} as const satisfies Record<string, Framework>;

export type FrameworkId = keyof typeof frameworks;

/** What a rule refers to: numbers or names of each framework's own. */
export type References = Readonly<Partial<Record<FrameworkId, readonly string[]>>>;

/** A reference as people write it, for example `Checkov CKV_K8S_20`. */
export function referenceList(references: References): readonly string[] {
  return inOrder(references).flatMap(([id, controls]) =>
    controls.map((control) => `${frameworks[id].name} ${control}`),
  );
}

/** The framework a policy is filed under, in the SDK's own form. */
export function mainFramework(
  references: References,
): (Framework & { readonly reference: string }) | undefined {
  const [first] = inOrder(references);
  return first && { ...frameworks[first[0]], reference: first[1].join(", ") };
}

function inOrder(references: References): readonly (readonly [FrameworkId, readonly string[]])[] {
  const ids: readonly FrameworkId[] = Object.keys(frameworks).filter(isFramework);
  return ids.flatMap((id) => (references[id] ? [[id, references[id]] as const] : []));
}

function isFramework(id: string): id is FrameworkId {
  return id in frameworks;
}
