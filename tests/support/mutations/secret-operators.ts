/** Operators that put a secret somewhere. */
import { type Draw, pick } from "./draw.ts";
import { inFile, inSpec, type Mutation, type Operator, reading } from "./mutant.ts";
import { fileOf, type Sample, specFile } from "./sample.ts";
import { addKey, append, type Place, write } from "./stack-text.ts";

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const mixed = `${upper}abcdefghijklmnopqrstuvwxyz`;

function letters(draw: Draw, length: number, alphabet = mixed): string {
  return Array.from({ length }, () => pick(draw, [...alphabet])).join("");
}

/** Made up, in the vendors' forms. */
const makers: readonly ((draw: Draw) => string)[] = [
  (draw) => `AKIA${letters(draw, 16, upper)}`,
  (draw) => `ghp_${letters(draw, 36)}`,
  (draw) => `hf_${letters(draw, 34)}`,
  (draw) => `sk-${letters(draw, 24, "abcdef0123456789")}`,
  (draw) => `xoxb-${letters(draw, 12, "abcdef0123456789")}`,
  (draw) => `AIza${letters(draw, 35)}`,
  (draw) => `eyJ${letters(draw, 20)}.eyJ${letters(draw, 20)}.${letters(draw, 20)}`,
  (draw) => `postgres://user:${letters(draw, 12)}@db.example/x`,
  (draw) => `AccountKey=${letters(draw, 40)}`,
  () => "-----BEGIN RSA PRIVATE KEY-----",
];

/** Ways to write a text down, with and without other text around it. */
const styles: readonly ((secret: string) => string)[] = [
  (secret) => JSON.stringify(secret),
  (secret) => `'${secret}'`,
  (secret) => JSON.stringify(`${"long text ".repeat(5)}${secret}`),
  (secret) => JSON.stringify(`first line\n${secret}\nlast line`),
  (secret) => `"\\x${secret.charCodeAt(0).toString(16)}${secret.slice(1)}"`,
];

function secretOperator(
  name: string,
  apply: (draw: Draw, sample: Sample, secret: string) => Mutation,
): Operator {
  return {
    name,
    kind: "meaning",
    code: "secret-in-spec",
    // Some secrets have the form of a name, and so mean one as well.
    also: ["no-such-machine", "unknown-pool", "yaml-syntax"],
    apply: (draw, sample) => {
      const secret = pick(draw, makers)(draw);
      return { ...apply(draw, sample, secret), secrets: [secret] };
    },
  };
}

const asValue = secretOperator("secret as a value", (draw, { spec, services }, secret) => {
  const [team = ""] = Object.keys(spec.teams);
  const [pool] = Object.keys(spec.pools ?? {});
  const places: readonly { place: Place; needs: readonly Place[] }[] = [
    ...["owner", "name", "costCenter", "environment"].map((key) => ({
      place: inSpec(key),
      needs: [],
    })),
    { place: inSpec("teams", team, "modelPrefix"), needs: [] },
    ...(pool === undefined
      ? [{ place: inSpec("kubernetes", "use", "context"), needs: [] }]
      : [
          { place: inSpec("pools", pool, "machine"), needs: [] },
          {
            place: inSpec("teams", team, "pools", spec.teams[team]?.pools?.length ?? 0),
            needs: [],
          },
        ]),
    ...services.map(({ name, from }) => ({
      place: inFile(from, "requestTimeout"),
      needs: [reading(name)],
    })),
    ...services.map(({ name, from }) => ({
      place: inFile(from, "server"),
      needs: [reading(name)],
    })),
  ];
  const { place, needs } = pick(draw, places);
  const raw = pick(draw, styles)(secret);
  return {
    touches: [place],
    needs,
    edit: (stack) => [{ path: place.path, at: write(stack, place, raw) }],
  };
});

const asKey = secretOperator("secret as a key", (draw, { spec }, secret) => {
  const [pool] = Object.keys(spec.pools ?? {});
  const ofPools = pool === undefined ? [] : [inSpec("pools"), inSpec("pools", pool)];
  const block = pick(draw, [inSpec(), ...ofPools, inSpec("teams")]);
  return {
    touches: [{ ...block, path: [...block.path, secret] }],
    edit: (stack) => [
      { path: [...block.path, "(hidden)"], at: addKey(stack, block, JSON.stringify(secret), "1") },
    ],
  };
});

const asComment = secretOperator("secret in a comment", (draw, { services }, secret) => {
  const { file, needs } = pick(draw, [
    { file: specFile, needs: [] },
    ...services.map(({ name, from }) => ({ file: fileOf(from), needs: [reading(name)] })),
  ]);
  return {
    touches: [],
    needs,
    edit: (stack) => [{ path: [], at: append(stack, file, `# the token is ${secret}`) }],
  };
});

const inBrokenYaml = secretOperator(
  "secret where the YAML is broken",
  (_draw, _sample, secret) => ({
    touches: [inSpec()],
    edit: (stack) => [{ path: [], at: append(stack, specFile, `x: *${secret}`), anyColumn: true }],
  }),
);

export const secretOperators: readonly Operator[] = [asValue, asKey, asComment, inBrokenYaml];
