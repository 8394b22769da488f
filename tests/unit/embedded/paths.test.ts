import assert from "node:assert/strict";
import { isAbsolute, relative } from "node:path";
import * as fc from "fast-check";
import {
  buildsRoot,
  checkoutKey,
  checkoutState,
  keyOf,
  stackPaths,
} from "../../../embedded/paths.ts";

const variables = [
  "INFERENCE_PLATFORM_CACHE",
  "INFERENCE_PLATFORM_STATE",
  "XDG_CACHE_HOME",
  "XDG_STATE_HOME",
  "HOME",
] as const;

type Variables = Partial<Record<(typeof variables)[number], string>>;

function withVariables<T>(values: Variables, run: () => T): T {
  const before = variables.map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const name of variables) set(name, values[name]);
  try {
    return run();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

describe("folders of the embedded world", () => {
  const key = checkoutKey;
  const cases: readonly (readonly [string, Variables, string, string])[] = [
    [
      "the home folder",
      { HOME: "/home/a" },
      "/home/a/.cache/inference-platform/builds",
      `/home/a/.local/state/inference-platform/${key}`,
    ],
    [
      "the XDG folders",
      { HOME: "/home/a", XDG_CACHE_HOME: "/c", XDG_STATE_HOME: "/s" },
      "/c/inference-platform/builds",
      `/s/inference-platform/${key}`,
    ],
    [
      "the project's own variables before all",
      {
        HOME: "/home/a",
        XDG_CACHE_HOME: "/c",
        XDG_STATE_HOME: "/s",
        INFERENCE_PLATFORM_CACHE: "/own/c",
        INFERENCE_PLATFORM_STATE: "/own/s",
      },
      "/own/c/builds",
      `/own/s/${key}`,
    ],
    [
      "no variable that is empty",
      { HOME: "/home/a", XDG_CACHE_HOME: "", XDG_STATE_HOME: "", INFERENCE_PLATFORM_STATE: "" },
      "/home/a/.cache/inference-platform/builds",
      `/home/a/.local/state/inference-platform/${key}`,
    ],
  ];

  for (const [title, values, builds, state] of cases) {
    it(`follow ${title}`, () => {
      withVariables(values, () => {
        assert.equal(buildsRoot(), builds);
        assert.equal(checkoutState(), state);
      });
    });
  }

  it("are absolute even when a variable is not", () => {
    withVariables({ HOME: "/home/a", INFERENCE_PLATFORM_STATE: "here" }, () => {
      assert.ok(isAbsolute(checkoutState()));
    });
  });
});

describe("key of a checkout", () => {
  it("differs for two folders of the same name", () => {
    assert.notEqual(keyOf("/a/platform"), keyOf("/b/platform"));
  });

  it("is the same at every call", () => {
    assert.equal(keyOf("/a/platform"), keyOf("/a/platform"));
  });

  it("has no character that is special in a path or a list", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        assert.match(keyOf(`/a/${name}`), /^[A-Za-z0-9._-]+$/);
      }),
    );
  });
});

describe("files of a stack", () => {
  it("are all below its folder", () => {
    const { folder, ...files } = stackPaths("local");
    for (const [name, file] of Object.entries(files)) {
      assert.doesNotMatch(relative(folder, file), /^\.\.|^$/, name);
    }
  });

  it("are those of one stack only", () => {
    const one = new Set(Object.values(stackPaths("one")));
    assert.deepEqual(
      Object.values(stackPaths("two")).filter((file) => one.has(file)),
      [],
    );
  });

  for (const name of ["", ".", "..", "a/b", "../a", "a b", "ä", "a".repeat(101)]) {
    it(`do not exist for the name "${name.slice(0, 10)}"`, () => {
      assert.throws(() => stackPaths(name), { name: "Failure", message: /is no name for a stack/ });
    });
  }

  for (const name of ["local", "prod-aws.eu_1", "..a", "a".repeat(100)]) {
    it(`exist for the name "${name.slice(0, 14)}"`, () => {
      assert.ok(stackPaths(name).folder.endsWith(`/stacks/${name}`));
    });
  }
});
