/** What a secret looks like. One table for load, which keeps secrets out of specs, and for the policy pack. */

/**
 * Forms of credentials that vendors document. Prefixes are bounded, so that a long text costs no more than its length.
 * @see https://docs.github.com/en/code-security/secret-scanning (checked 2026-11)
 */
export const secretForms: Readonly<Record<string, RegExp>> = {
  "AWS access key": /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  "private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "GitHub token": /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/,
  "Hugging Face token": /\bhf_[A-Za-z0-9]{30,}/,
  "OpenAI-style key": /\bsk-[A-Za-z0-9_-]{20,}/,
  "Slack token": /\bxox[abposr]-[A-Za-z0-9-]{10,}/,
  "Google API key": /\bAIza[A-Za-z0-9_-]{35}/,
  "JSON Web Token": /\beyJ[A-Za-z0-9_-]{10,400}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/,
  "Azure storage key": /\bAccountKey=[A-Za-z0-9+/]{20,}/,
  "URL with a password": /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]+:[^\s:/@]+@/i,
};

const forms = Object.entries(secretForms);

/** The form of secret that `text` holds, if any. */
export function secretForm(text: string): string | undefined {
  return forms.find(([, pattern]) => pattern.test(text))?.[0];
}

/** `text` with `(hidden)` in place of every secret. */
export function hideSecrets(text: string): string {
  return Object.values(secretForms).reduce(
    (hidden, pattern) => hidden.replaceAll(new RegExp(pattern, `${pattern.flags}g`), "(hidden)"),
    text,
  );
}
