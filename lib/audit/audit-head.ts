import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { Services } from "../platform/services.ts";
import { loadAuditKey } from "./audit-key.ts";

/** An end of the chain that somebody vouches for. */
export const AuditHead = z.object({
  seq: z.number().int().nonnegative(),
  hash: z.string().length(64),
  atMs: z.number().int().nonnegative(),
  keyId: z.string().max(16),
  signature: z.string().max(100),
});
export type AuditHead = z.infer<typeof AuditHead>;

const textOf = ({ seq, hash, atMs }: Pick<AuditHead, "seq" | "hash" | "atMs">) =>
  new TextEncoder().encode(`ifrit audit head v1\n${seq}\n${hash}\n${atMs}\n`);

/**
 * Without a usable key the head stays unsigned, which verification names: a lost key must not keep
 * anybody from stopping a release.
 */
export async function signHead(
  { env, log }: Services,
  end: Pick<AuditHead, "seq" | "hash" | "atMs">,
): Promise<AuditHead> {
  try {
    const key = await loadAuditKey(env.IFRIT_DATA_DIR);
    const signature = Buffer.from(await key.sign(textOf(end))).toString("base64");
    return { ...end, keyId: key.keyId.slice(0, 16), signature };
  } catch (error) {
    log.error({ err: String(error) }, "the audit chain cannot be signed");
    return { ...end, keyId: "", signature: "" };
  }
}

/** `publicKey` raw, base64. */
export function headIsGenuine(head: AuditHead, publicKey: string): boolean {
  const x = Buffer.from(publicKey, "base64").toString("base64url");
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
  return verify(null, textOf(head), key, Buffer.from(head.signature, "base64"));
}
