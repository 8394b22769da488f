/** Reads properties of unknown shape: what is missing or of another form is absent, as in Kubernetes. */

/** What stands at a dotted path, for example `securityContext.privileged`; `undefined` where the path ends early. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split(".")) {
    if (!isRecord(here)) return undefined;
    here = here[key];
  }
  return here ?? undefined;
}

export function textAt(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" ? found : undefined;
}

export function flagAt(value: unknown, path: string): boolean | undefined {
  const found = at(value, path);
  return typeof found === "boolean" ? found : undefined;
}

/** The map at `path`, empty where there is none. */
export function recordAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  const found = at(value, path);
  return isRecord(found) ? found : {};
}

/** The list at `path`, empty where there is none. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
