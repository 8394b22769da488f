/** Every place of a pod where a value stands in clear: environment, command and arguments. */
import type { Subjects } from "./define-rule.ts";
import { containers } from "./pods.ts";
import { textAt } from "./read.ts";
import { attempt, each, isOpen, type Open } from "./unjudged.ts";

export interface Literal {
  /** Where it stands: `container main: env HF_TOKEN`. Holds names alone. */
  readonly label: string;
  /** What it is called: a variable, a flag or a key; empty where it has no name. Not for messages. */
  readonly name: string;
  readonly value: string;
}

export const podLiterals: Subjects<Literal> = {
  tokens: containers.tokens,
  *of(resource) {
    for (const container of containers.of(resource)) {
      if (isOpen(container)) yield container;
      else {
        for (const entry of each(container.spec, "env"))
          yield* isOpen(entry) ? [entry] : variable(entry, container.label);
        yield* words(container.spec, "command", container.label);
        yield* words(container.spec, "args", container.label);
      }
    }
  },
};

function* variable(entry: unknown, label: string): Generator<Literal | Open> {
  const name = attempt(() => textAt(entry, "name") ?? "");
  const value = attempt(() => textAt(entry, "value"));
  if (isOpen(name)) yield name;
  else if (isOpen(value)) yield value;
  else if (value !== undefined) yield { label: `${label}: env ${name}`, name, value };
}

/**
 * The words of a command line: `--flag value`, `--flag=value`, `NAME=value` as in a shell, and each argument whole, since
 * a secret may hold a space. An argument is called by its place, because any part of it may be the secret.
 */
function* words(container: unknown, list: string, within: string): Generator<Literal | Open> {
  let index = 0;
  let flag = "";
  for (const argument of each(container, list)) {
    const label = `${within}: ${list}[${index}]`;
    index += 1;
    if (isOpen(argument)) {
      yield argument;
      flag = "";
      continue;
    }
    yield { label, name: "", value: String(argument) };
    for (const word of String(argument).split(/[\s;&|'"]+/)) {
      const [, name = "", value = ""] = /^([\w.-]+)=(.*)$/.exec(word) ?? [];
      if (name !== "") yield { label, name, value };
      if (flag !== "" && !word.startsWith("-")) yield { label, name: flag, value: word };
      flag = /^--?[A-Za-z][\w-]*$/.test(word) ? word : "";
    }
  }
}
