import assert from "node:assert/strict";
import { hideSecrets, secretForm, secretForms } from "../../../../platform/facts/secrets.ts";

/** Made up, in the vendors' forms; in pieces, so that no scanner takes this file for a leak. */
const examples: Readonly<Record<string, readonly string[]>> = {
  "AWS access key": [`AKIA${"Q7WE".repeat(4)}`, `ASIA${"Q7WE".repeat(4)}`],
  "private key": [`-----BEGIN ${"PRIVATE KEY"}-----`, `-----BEGIN RSA ${"PRIVATE KEY"}-----`],
  "GitHub token": [`ghp_${"a1B2".repeat(9)}`, `github_pat_${"a1_B".repeat(8)}`],
  "Hugging Face token": [`hf_${"a1B2".repeat(9)}`],
  "OpenAI-style key": [`sk-${"a1B2".repeat(9)}`, `sk-proj-${"a1-_".repeat(9)}`],
  "Slack token": [`xoxb-${"1234567890"}-abc`],
  "Google API key": [`AIza${"a1B2_".repeat(7)}`],
  "JSON Web Token": [`eyJ${"hbGciOiJI"}Uzi.eyJ${"zdWIiOiIx"}Mjm.c2ln`],
  "Azure storage key": [`AccountName=x;AccountKey=${"a1B2".repeat(9)}==`],
  "URL with a password": ["postgres://me:hunter22@db/x", "HTTPS://a:b@c"],
};

describe("secrets", () => {
  it("of every form have an example here", () => {
    assert.deepEqual(Object.keys(examples), Object.keys(secretForms));
  });

  for (const [form, texts] of Object.entries(examples)) {
    it(`are known by their form: ${form}`, () => {
      for (const text of texts) {
        assert.equal(secretForm(text), form);
        assert.equal(secretForm(`token="${text}" # ours`), form);
        assert.equal(secretForm(`first line\n${text}\nlast line`), form);
      }
    });
  }

  for (const text of [
    "",
    "ml-platform",
    "sk-learn",
    "https://example.com:8080/a@b",
    "AKIAS",
    "sha256:0f0f",
    "vision/resnet50/1",
    "task-force-of-the-whole-company",
  ]) {
    it(`are not seen in ${JSON.stringify(text)}`, () => assert.equal(secretForm(text), undefined));
  }

  it("are hidden wherever they stand in a text", () => {
    const [one = "", two = ""] = examples["GitHub token"] ?? [];
    assert.equal(
      hideSecrets(`got "${one}" or ${two}, not ${one}`),
      'got "(hidden)" or (hidden), not (hidden)',
    );
    assert.equal(hideSecrets("got nothing"), "got nothing");
  });

  for (const piece of [
    "a-",
    "a.a",
    "a://",
    "eyJ-",
    "eyJa.",
    "sk-",
    "-----BEGIN ",
    "://",
    ":@",
    "gh",
    "AKIA",
  ]) {
    it(`are looked for in half a megabyte of ${piece} in seconds, not minutes`, () => {
      const started = performance.now();
      secretForm(piece.repeat(Math.ceil((512 * 1024) / piece.length)));
      assert.ok(performance.now() - started < 5000);
    });
  }
});
