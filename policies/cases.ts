/** Objects for the cases of rules: a Deployment that no rule objects to, of which each case changes one thing. */
import type { Resource } from "./define-rule.ts";

/** Keys to set; a key set to `undefined` is taken out. */
export type Change = Readonly<Record<string, unknown>>;

export const digest = `sha256:${"0f1e2d3c".repeat(8)}`;

const labels = { "app.kubernetes.io/name": "resnet50" };

const goodContainer = {
  name: "main",
  image: `registry.example.com/vision/resnet50:1.4@${digest}`,
  args: ["--port=8000"],
  ports: [{ name: "http", containerPort: 8000 }],
  env: [{ name: "MODEL_PATH", value: "/models" }],
  resources: {
    requests: { cpu: "2", memory: "4Gi", "ephemeral-storage": "2Gi" },
    limits: { memory: "4Gi" },
  },
  startupProbe: { httpGet: { path: "/v2/health/ready", port: 8000 }, failureThreshold: 60 },
  readinessProbe: { httpGet: { path: "/v2/health/ready", port: 8000 } },
  livenessProbe: { httpGet: { path: "/v2/health/live", port: 8000 } },
  lifecycle: { preStop: { sleep: { seconds: 15 } } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};

/** A container that no rule objects to, changed. */
export function container(change: Change = {}): Change {
  return { ...goodContainer, ...change };
}

/** A pod spec that no rule objects to, changed; `container` changes its one container. */
export function podSpec({ pod, container: change }: PodChange = {}): Change {
  return {
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    terminationGracePeriodSeconds: 60,
    containers: [container(change)],
    volumes: [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } }],
    ...pod,
  };
}

export interface PodChange {
  readonly pod?: Change;
  readonly container?: Change;
}

/** A Deployment that no rule objects to, changed; `spec` changes its own spec, `metadata` its name and namespace. */
export function deployment(
  change: PodChange & { readonly spec?: Change; readonly metadata?: Change } = {},
): Resource {
  return object("apps/v1:Deployment", {
    metadata: change.metadata ?? {},
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(change) },
      ...change.spec,
    },
  });
}

/** Any Kubernetes object, in namespace `vision` and called `resnet50` unless `metadata` says otherwise. */
export function object(token: string, props: Change & { readonly metadata?: Change }): Resource {
  return {
    type: `kubernetes:${token}`,
    name: "resnet50",
    props: { ...props, metadata: { name: "resnet50", namespace: "vision", ...props.metadata } },
  };
}

/** A budget for the good Deployment's pods, changed. */
export function budget(spec: Change = {}): Resource {
  return object("policy/v1:PodDisruptionBudget", {
    spec: {
      selector: { matchLabels: labels },
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      ...spec,
    },
  });
}

/** A Service for the good Deployment's pods, changed. */
export function service(spec: Change = {}): Resource {
  return object("core/v1:Service", { spec: { selector: labels, ports: [{ port: 80 }], ...spec } });
}

/** An autoscaler of the good Deployment. */
export function autoscaler(minReplicas: number): Resource {
  return object("autoscaling/v2:HorizontalPodAutoscaler", {
    spec: { scaleTargetRef: { kind: "Deployment", name: "resnet50" }, minReplicas, maxReplicas: 8 },
  });
}
