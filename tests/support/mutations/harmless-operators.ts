/** Operators that change how a stack is written, or what it wants, and leave it right. */

import { valueAt } from "../../../platform/spec/path.ts";
import { valuesOf } from "./catalogue.ts";
import { pick, upTo } from "./draw.ts";
import { ofPool } from "./meaning.ts";
import { type Apply, inFile, inSpec, type Operator } from "./mutant.ts";
import { fileOf, specFile } from "./sample.ts";
import { append, remove, write, writeKey } from "./stack-text.ts";

function harmless(name: string, apply: Apply): Operator {
  return { name, kind: "harmless", apply };
}

/** A change of the whole text. */
function rewriting(name: string, change: (text: string) => string): Operator {
  return harmless(name, () => ({
    touches: [],
    edit: (stack) => {
      stack.finish.push(change);
      return [];
    },
  }));
}

export const harmlessOperators: readonly Operator[] = [
  rewriting("line ends of Windows", (text) => text.replaceAll(/\r?\n/g, "\r\n")),
  rewriting("byte order mark", (text) => `\uFEFF${text.replace("\uFEFF", "")}`),
  rewriting("blanks at the end of lines", (text) => text.replaceAll(/(\r?\n)/g, "  $1")),
  harmless("comment", (draw, { services }) => {
    const file = pick(draw, [specFile, ...services.map(({ from }) => fileOf(from))]);
    return {
      touches: [],
      edit: (stack) => {
        append(stack, file, pick(draw, ["# TODO: 16Gi", "", "   # 模型 🚀", "#"]));
        return [];
      },
    };
  }),
  harmless("quotes", (draw, sample) => {
    const texts = valuesOf(sample).filter(({ form }) =>
      ["name", "memory", "duration", "modelPath", "image", "from"].includes(form),
    );
    const { place } = pick(draw, texts);
    const source =
      place.file === specFile
        ? sample.spec
        : sample.services.find(({ from }) => fileOf(from) === place.file)?.file;
    const text = String(valueAt(source, place.path));
    return {
      touches: [place],
      edit: (stack) => {
        write(
          stack,
          place,
          pick(draw, [`"${text}"`, `'${text}'`, `!!str ${text}`, `&here ${text}`]),
        );
        return [];
      },
    };
  }),
  harmless(
    "quoted key",
    ofPool((pool, draw) => {
      return {
        touches: [inSpec("pools", pool)],
        edit: (stack) => {
          writeKey(stack, inSpec("pools", pool), pick(draw, [`"${pool}"`, `'${pool}'`]));
          return [];
        },
      };
    }),
  ),
  harmless(
    "anchor and alias",
    ofPool((pool, _draw, _sample, settings) => {
      return {
        touches: [inSpec("pools", pool), inSpec("pools", "copy-of-it")],
        edit: (stack) => {
          write(stack, inSpec("pools", pool), JSON.stringify(settings), "&shared ");
          write(stack, inSpec("pools", "copy-of-it"), "*shared");
          return [];
        },
      };
    }),
  ),
  harmless(
    "more nodes",
    ofPool((pool, draw) => {
      const place = inSpec("pools", pool, "nodes");
      return {
        touches: [place],
        edit: (stack) => {
          write(stack, place, String(100 + upTo(draw, 900)));
          return [];
        },
      };
    }),
  ),
  harmless("larger quota", (draw, { spec }) => {
    const place = inSpec("teams", pick(draw, Object.keys(spec.teams)), "gpus");
    return {
      touches: [place],
      edit: (stack) => {
        write(stack, place, "9999");
        return [];
      },
    };
  }),
  harmless("no policy", (_draw, { spec }) => {
    if (!spec.policy) return undefined;
    return {
      touches: [inSpec("policy")],
      edit: (stack) => {
        remove(stack, inSpec("policy"));
        return [];
      },
    };
  }),
  harmless("other costs and owner", (draw) => ({
    touches: [inSpec("owner"), inSpec("costCenter")],
    edit: (stack) => {
      write(stack, inSpec("owner"), pick(draw, ["ml", "a", "team-7"]));
      write(stack, inSpec("costCenter"), '"0815"');
      return [];
    },
  })),
  harmless("longer request", (draw, { services }) => {
    if (services.length === 0) return undefined;
    const place = inFile(pick(draw, services).from, "requestTimeout");
    return {
      touches: [place],
      edit: (stack) => {
        write(stack, place, pick(draw, ["60m", "1h", "3600s"]));
        return [];
      },
    };
  }),
];
