/** Operators that write a wrong value. */
import type { IssueCode } from "../../../platform/issue.ts";
import { type Form, valuesOf } from "./catalogue.ts";
import { pick } from "./draw.ts";
import { type Operator, readingOf } from "./mutant.ts";
import { write } from "./stack-text.ts";

interface Slip {
  readonly raw: string;
  /** Part of the fix, where a slip can be told. */
  readonly fix?: string;
}

/** A wrong value of some forms. */
function wrongValue(
  name: string,
  code: IssueCode,
  slips: Partial<Record<Form, readonly Slip[]>>,
): Operator {
  return {
    name,
    kind: "shape",
    code,
    apply: (draw, sample) => {
      const open = valuesOf(sample).filter(({ form }) => slips[form]);
      if (open.length === 0) return undefined;
      const { place, form, needs } = pick(draw, open);
      const { raw, fix } = pick(draw, slips[form] ?? []);
      return {
        touches: [place, ...readingOf(place)],
        needs,
        edit: (stack) => [{ path: place.path, at: write(stack, place, raw), fix }],
      };
    },
  };
}

const slip = (...raws: readonly string[]): readonly Slip[] => raws.map((raw) => ({ raw }));

export const valueOperators: readonly Operator[] = [
  wrongValue("number for text", "wrong-type", {
    name: slip("5", "1.5"),
    costCenter: [{ raw: "4711", fix: 'quote it: "4711"' }],
    memory: slip("16", "16384"),
    duration: slip("30"),
    prefix: slip("7"),
    image: slip("26.07"),
    modelPath: slip("1"),
    text: slip("1"),
  }),
  wrongValue("text for number", "wrong-type", {
    cpu: [{ raw: '"4"', fix: "write it without quotes: 4" }],
    gpuCount: [{ raw: "'1'", fix: "write it without quotes: 1" }],
    quota: [{ raw: '"8"', fix: "write it without quotes: 8" }, { raw: "many" }],
    size: [{ raw: '"2"', fix: "write it without quotes: 2" }, { raw: "two" }],
  }),
  wrongValue("fraction for count", "wrong-type", {
    gpuCount: slip("1.5"),
    quota: slip("0.5", ".inf", ".nan"),
    size: slip("2.5"),
  }),
  wrongValue("list or block for a value, or none", "wrong-type", {
    name: slip("[a]", "{ a: b }", "~", "true"),
    memory: slip("[16GiB]", "null", "{}"),
    cpu: slip("[]", "{ min: 1 }", "~"),
    size: slip("[1, 2]", "~"),
    from: slip("[a/b]", "~"),
    list: slip("cpu", "{}", "~"),
    labels: slip("[a]", "x", "~"),
    image: slip("{}"),
    duration: slip("[]"),
  }),
  wrongValue("unquoted version", "not-allowed", {
    kubernetes: [{ raw: "1.36", fix: 'quote it: "1.36"' }],
    version: [{ raw: '"1"', fix: "write it without quotes: 1" }, { raw: "2" }],
  }),
  wrongValue("wrong unit", "bad-format", {
    memory: [
      { raw: "16Gi", fix: "write 16GiB" },
      { raw: "16 GB", fix: "write 16GiB" },
      { raw: "512M", fix: "write 512MiB" },
      { raw: "1.5GiB" },
      { raw: "0GiB" },
    ],
    duration: [
      { raw: "30sec", fix: "write 30s" },
      { raw: "5 minutes", fix: "write 5m" },
      { raw: "1H", fix: "write 1h" },
      { raw: "1d" },
    ],
  }),
  wrongValue("unknown choice", "not-allowed", {
    gpuModel: [
      { raw: "h1000", fix: 'write "h100"' },
      { raw: "L4", fix: 'write "l4"' },
      { raw: "~" },
    ],
    environment: [{ raw: "production" }, { raw: "stagging", fix: 'write "staging"' }],
    effect: [{ raw: "NoScedule", fix: 'write "NoSchedule"' }],
    kubernetes: [{ raw: '"1.37"', fix: 'write "1.36"' }],
  }),
  wrongValue("out of range", "out-of-range", {
    cpu: slip("0", "-1", "5000", "0.01"),
    gpuCount: slip("0", "17", "-1"),
    quota: slip("-1", "10001"),
    size: slip("-1", "1001"),
    list: slip("[]"),
  }),
  wrongValue("bad format", "bad-format", {
    address: slip("models", "ftp://models", "s3://models/", "https://", '""', "s3://a?b=c"),
    name: [
      { raw: "My Team", fix: "write my-team" },
      { raw: "Upper_Case", fix: "write upper-case" },
      { raw: '"-a"' },
      { raw: "1a" },
      { raw: `a${"b".repeat(40)}` },
      { raw: '""' },
    ],
    costCenter: slip('"-a"', "a b"),
    date: slip("2027-02-30", "2027-1-31", "tomorrow"),
    image: slip("iris:1", "registry.example/iris", "registry.example/iris:1@sha256:0f"),
    modelPath: slip("single", "/vision/x", "vision/../speech/x", "vision/"),
    prefix: slip("vision", "/vision/", "Vision/"),
    from: slip("iris", "a/b/c", "../a/b"),
    rule: slip("image", "WL-image"),
    text: slip('" padded"', '""'),
  }),
];
