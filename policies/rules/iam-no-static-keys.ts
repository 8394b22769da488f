import { secretForm } from "../../platform/facts/secrets.ts";
import { deployment, object } from "../cases.ts";
import { defineRule, on, type Subjects } from "../define-rule.ts";
import { type Literal, podLiterals } from "../literals.ts";
import { recordAt } from "../read.ts";
import { attempt, isOpen } from "../unjudged.ts";

/** Made up, in the vendors' forms. */
const sample = {
  awsId: `AKIA${"QWERTYUIOPASDFGH"}`,
  huggingFace: `hf_${"aB3dE5gH7jK9".repeat(3)}`,
  random: "q7Jt2Zp9XkLm4VbN8sRw",
};

export const iamNoStaticKeys = defineRule({
  id: "iam-no-static-keys",
  severity: "critical",
  enforcement: { dev: "mandatory", staging: "mandatory", prod: "mandatory" },
  why: "What is written into an object is read by everyone who may list it, kept in every backup, and never rotated.",
  fix: "take cloud access from workload identity, and other secrets from a Secret that External Secrets or CSI delivers",
  references: { trivy: ["KSV-0109"], polaris: ["sensitiveContainerEnvVar"] },
  checks: [
    on(podLiterals, {
      violation: ({ label, name, value }) => found(label, secretForm(value) ?? named(name, value)),
      cases: [
        { name: "no secrets", given: deployment(), want: null },
        {
          name: "a token under its usual name",
          given: deployment({ container: { env: [{ name: "HF_TOKEN", value: "not-a-form" }] } }),
          want: "container main: env HF_TOKEN holds a secret (by its name)",
        },
        {
          name: "a token under any name",
          given: deployment({ container: { env: [{ name: "EXTRA", value: sample.huggingFace }] } }),
          want: "container main: env EXTRA holds a secret (Hugging Face token)",
        },
        {
          name: "randomness under a name that may be harmless",
          given: deployment({ container: { env: [{ name: "CACHE_KEY", value: sample.random }] } }),
          want: "container main: env CACHE_KEY holds a secret (random, by its name)",
        },
        {
          name: "a flag and its value",
          given: deployment({ container: { args: ["--port=8000", "--api-key", "open-sesame"] } }),
          want: "container main: args[2] holds a secret (by its name)",
        },
        {
          name: "a variable set in a shell",
          given: deployment({
            container: { command: ["sh", "-c", "export DB_PASSWORD=open-sesame; serve"], args: [] },
          }),
          want: "container main: command[2] holds a secret (by its name)",
        },
        {
          name: "a key inside an argument",
          given: deployment({ container: { args: [`s3://models?id=${sample.awsId}`] } }),
          want: "container main: args[0] holds a secret (AWS access key)",
        },
        {
          name: "references, files and words that only look like it",
          given: deployment({
            container: {
              env: [
                { name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hf", key: "token" } } },
                { name: "API_KEY", value: "$(HF_TOKEN)" },
                { name: "PRIVATE_KEY", value: "/etc/tls/tls.key" },
                { name: "EOS_TOKEN", value: "<|endoftext|>" },
                { name: "ENABLE_API_KEY", value: "True" },
                { name: "ALLOW_HUB_TOKEN", value: "false" },
                { name: "PARTITION_KEY", value: "customer_id" },
                { name: "SORT_KEY", value: "region-and-customer-identifier" },
                { name: "BATCH_KEY", value: "192837465019283746501" },
                { name: "GROUP_KEY", value: "aaaaaaaaaaaaaaaaaaaaa1" },
                { name: "ROW_KEY", value: "9 lives, 8 wheels and 7 seas" },
                { name: "EMPTY_PASSWORD", value: "" },
                { name: "MAX_TOKENS", value: "4096" },
                { name: "MODEL_SHA256", value: "0f1e2d3c".repeat(8) },
              ],
              args: ["--max-tokens=4096", "--password-file", "/run/secrets/db"],
            },
          }),
          want: null,
        },
      ],
    }),
    on(entries("kubernetes:core/v1:ConfigMap", ["data"]), {
      violation: ({ label, value }) => found(label, secretForm(value)),
      cases: [
        {
          name: "settings",
          given: object("core/v1:ConfigMap", { data: { mode: "fast" } }),
          want: null,
        },
        {
          name: "a token in a ConfigMap",
          given: object("core/v1:ConfigMap", { data: { ".netrc": sample.huggingFace } }),
          want: "key .netrc holds a secret (Hugging Face token)",
        },
      ],
    }),
    on(entries("kubernetes:core/v1:Secret", ["data", "stringData"]), {
      violation: ({ label, name, value }) => found(label, cloudKey(name, value)),
      cases: [
        {
          name: "a certificate's key",
          given: object("core/v1:Secret", {
            stringData: { "tls.key": `-----BEGIN ${"PRIVATE KEY"}-----` },
          }),
          want: null,
        },
        {
          name: "a cloud's static key",
          given: object("core/v1:Secret", { stringData: { AWS_SECRET_ACCESS_KEY: sample.random } }),
          want: "key AWS_SECRET_ACCESS_KEY holds a secret (static cloud key)",
        },
        {
          name: "a cloud's static key under another name",
          given: object("core/v1:Secret", { stringData: { id: sample.awsId, mode: "fast" } }),
          want: "key id holds a secret (static cloud key)",
        },
        {
          name: "the key file of a service account, encoded",
          given: object("core/v1:Secret", {
            data: { "key.json": Buffer.from('{"type": "service_account"}').toString("base64") },
          }),
          want: "key key.json holds a secret (static cloud key)",
        },
      ],
    }),
  ],
});

function found(label: string, form: string | undefined): string | null {
  return form === undefined ? null : `${label} holds a secret (${form})`;
}

/** Ends of names that mean a credential whatever the value looks like. */
const credentialName =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|CONNECTION_STRING|APIKEY|(API|ACCESS|SECRET|PRIVATE|ACCOUNT|SHARED|SIGNING|ENCRYPTION|STORAGE)_KEY|ACCESS_KEY_ID|(HF|HUB|API|AUTH|ACCESS|BEARER|REFRESH|SESSION|SAS|GITHUB)_TOKEN)$/;

/** Words of names that often mean a credential: the value must look random too. */
const suspectName = /(^|_)(TOKEN|KEY|AUTH|CREDENTIALS?|PASS|PWD|PAT)(_|$)/;

function named(name: string, value: string): string | undefined {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
  if (isHarmless(value)) return undefined;
  if (credentialName.test(words)) return "by its name";
  return suspectName.test(words) && isRandom(value) ? "random, by its name" : undefined;
}

/** Nothing, a reference to a variable, a path or a switch. */
function isHarmless(value: string): boolean {
  return /^$|^\$|^\/|^(true|false)$/i.test(value);
}

/** Letters and digits mixed, with at least 3.5 bits a character over 16 characters, which words do not reach. */
function isRandom(value: string): boolean {
  if (!/^[A-Za-z0-9+/=_.~-]{16,}$/.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value))
    return false;
  const counts = new Map<string, number>();
  for (const letter of value) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / value.length);
  return -shares.reduce((bits, share) => bits + share * Math.log2(share), 0) >= 3.5;
}

function cloudKey(name: string, value: string): string | undefined {
  const decoded = Buffer.from(value, "base64").toString();
  const isCloudKey =
    /^(AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID|AZURE_CLIENT_SECRET|AZURE_STORAGE_(ACCOUNT_)?KEY)$/.test(
      name.toUpperCase(),
    ) ||
    [value, decoded].some(
      (text) =>
        /"type":\s*"service_account"/.test(text) ||
        /^(AWS|Azure) /.test(secretForm(text) ?? "not a cloud's"),
    );
  return isCloudKey ? "static cloud key" : undefined;
}

/** The entries of an object that is a map. */
function entries(token: string, maps: readonly string[]): Subjects<Literal> {
  return {
    tokens: [token, `${token}Patch`],
    *of({ props }) {
      for (const path of maps) {
        const map = attempt(() => recordAt(props, path));
        if (isOpen(map)) yield map;
        else
          for (const name of Object.keys(map)) {
            const value = attempt(() => map[name]);
            yield isOpen(value) ? value : { label: `key ${name}`, name, value: String(value) };
          }
      }
    },
  };
}
