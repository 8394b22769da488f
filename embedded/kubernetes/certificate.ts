/** The API server's certificate. It makes one for itself, signed by an authority whose certificate follows in the same file. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { files } from "./settings.ts";

/** The API server makes certificates for a year; one that ends sooner than this is made anew at the next start. */
const renewalMs = 30 * 24 * 3_600_000;

/** PEM of the authority that signed the API server's certificate, or `undefined` while there is none. */
export function authorityIn(folder: string): string | undefined {
  return chainIn(folder)?.authority;
}

/** Removes a certificate that is half written, without its key, or about to expire, so that the API server makes another. */
export function removeUnusableCertificate(folder: string, now = Date.now()): void {
  const chain = chainIn(folder);
  const isGood =
    chain !== undefined &&
    chain.leaf.validToDate.getTime() > now + renewalMs &&
    isKeyOf(chain.leaf, join(folder, files.certificateKey));
  if (isGood) return;
  rmSync(join(folder, files.certificate), { force: true });
  rmSync(join(folder, files.certificateKey), { force: true });
}

interface Chain {
  readonly leaf: X509Certificate;
  readonly authority: string;
}

function chainIn(folder: string): Chain | undefined {
  try {
    const text = readFileSync(join(folder, files.certificate), "utf8");
    const [leaf, authority] =
      text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
    if (leaf === undefined || authority === undefined) return undefined;
    const parsed = new X509Certificate(leaf);
    return parsed.verify(new X509Certificate(authority).publicKey)
      ? { leaf: parsed, authority }
      : undefined;
  } catch {
    return undefined; // Not there, or not whole.
  }
}

function isKeyOf(certificate: X509Certificate, path: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(readFileSync(path)));
  } catch {
    return false;
  }
}
