/** Certificates by which the API server proves who it is to the kubelet and to servers of further APIs. */
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { frontProxyName, nodeFiles } from "./api-server.ts";

const run = promisify(execFile);

/** How long a certificate is good for, and how long before its end it is made anew. */
const days = { valid: 3650, renewal: 30 } as const;

/** Each certificate: its files and whom it names. The group is that of administrators. */
const certificates = [
  { ...nodeFiles.kubeletClient, subject: "/O=system:masters/CN=kube-apiserver-kubelet-client" },
  { ...nodeFiles.frontProxy, subject: `/CN=${frontProxyName}` },
] as const;

/**
 * Makes the certificates that `folder` lacks. Each signs itself: whoever is to believe one is given that very one.
 * @param openssl path of the program
 */
export async function ensureCertificates(folder: string, openssl: string): Promise<void> {
  for (const { certificate, key, subject } of certificates) {
    if (isGood(folder, certificate, key)) continue;
    const aside = { certificate: `${certificate}.new`, key: `${key}.new` };
    const args = [
      "req",
      "-x509",
      "-newkey=ec",
      "-pkeyopt=ec_paramgen_curve:P-256",
      "-nodes",
      `-days=${days.valid}`,
      `-subj=${subject}`,
      "-addext=extendedKeyUsage=clientAuth",
      `-keyout=${aside.key}`,
      `-out=${aside.certificate}`,
    ].flatMap((arg) => optionOf(arg));
    await run(openssl, args, { cwd: folder, env: { OPENSSL_CONF: "/dev/null" } });
    chmodSync(join(folder, aside.key), 0o600);
    renameSync(join(folder, aside.key), join(folder, key));
    renameSync(join(folder, aside.certificate), join(folder, certificate));
  }
}

/** OpenSSL takes an option and its value as two arguments. */
function optionOf(arg: string): readonly string[] {
  const at = arg.indexOf("=");
  return arg.startsWith("-") && at > 0 ? [arg.slice(0, at), arg.slice(at + 1)] : [arg];
}

function isGood(folder: string, certificate: string, key: string): boolean {
  try {
    readFileSync(join(folder, key));
    const { validToDate } = new X509Certificate(readFileSync(join(folder, certificate)));
    return validToDate.getTime() > Date.now() + days.renewal * 24 * 3_600_000;
  } catch {
    return false; // Not there, or not whole.
  }
}
