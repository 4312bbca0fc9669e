import { z } from "zod";
import { ClusterId, Sha256 } from "./names.ts";
import { type Bytes, parseStatement, sha256Hex } from "./verify-encoding.ts";
import type { KeySet } from "./verify-envelope.ts";
import { decodePublicKey, keyIdOf } from "./verify-keys.ts";
import { TrustError } from "./verify-refusal.ts";

/** Keys in one role: more would be nobody's to look after. */
export const roleKeysMax = 16;
const keysMax = 128;

export const TrustRole = z
  .object({
    keyIds: z.array(Sha256).min(1).max(roleKeysMax),
    /** How many of the keys must sign. */
    threshold: z.number().int().min(1).max(roleKeysMax),
  })
  .refine((role) => new Set(role.keyIds).size === role.keyIds.length, "a key is named twice")
  .refine((role) => role.threshold <= role.keyIds.length, "asks for more signatures than keys");
export type TrustRole = z.infer<typeof TrustRole>;

/**
 * Who may say what (TUF 1.0 §4.3). root: changes this document. release: what a package's bytes are;
 * its keys never touch a master. director: which machines get them; the master's own key. A cluster
 * in `directors` listens to those keys instead, so that one cluster's stolen key ends there.
 */
export const TrustRoot = z.object({
  schema: z.literal(1),
  version: z.number().int().min(1).max(1_000_000_000),
  /** Milliseconds since the epoch. Past it nothing may change; what runs goes on. */
  expiresAtMs: z.number().int().positive().max(8.64e15),
  keys: z
    .record(
      Sha256,
      z.object({
        algorithm: z.literal("ed25519"),
        /** Raw, base64. */
        publicKey: z.string().length(44),
        /** For people: whose key it is. */
        name: z.string().max(100).default(""),
      }),
    )
    .refine((keys) => Object.keys(keys).length <= keysMax, `more than ${keysMax} keys`),
  roles: z.object({
    root: TrustRole,
    release: TrustRole,
    director: TrustRole,
    directors: z.record(ClusterId, TrustRole).default({}),
  }),
});
export type TrustRoot = z.infer<typeof TrustRoot>;

/** A root document that has been checked, ready to verify with. */
export type TrustedRoot = {
  document: TrustRoot;
  /** The envelope as it came: what a machine persists and a master serves. */
  text: string;
  /** sha256 of the signed bytes: what a person compares, and what enrollment may pin. */
  fingerprint: string;
  root: KeySet;
  release: KeySet;
  director: KeySet;
  directors: ReadonlyMap<string, KeySet>;
};

export function directorKeySet(root: TrustedRoot, clusterId: string): KeySet {
  return root.directors.get(clusterId) ?? root.director;
}

/**
 * Reads a root document and checks that it holds together: ids fit their keys, roles name keys that
 * are there, and no key has two offices (an online key that could also sign releases would make one
 * theft enough). Signatures are the caller's to check.
 * @throws TrustError malformed
 */
export async function readTrustRoot(payload: Bytes, text: string): Promise<TrustedRoot> {
  const document = parseStatement("root document", TrustRoot, payload);
  const publicKeys = new Map<string, Bytes>();
  for (const [keyId, key] of Object.entries(document.keys)) {
    const publicKey = decodePublicKey(key.publicKey);
    if ((await keyIdOf(publicKey)) !== keyId)
      throw new TrustError("malformed", `the root document names a key ${keyId} that is another`);
    publicKeys.set(keyId, publicKey);
  }
  const { root, release, director, directors } = document.roles;
  const clusterRoles = Object.entries(directors);
  refuseTwoOffices(root, release, [director, ...clusterRoles.map(([, role]) => role)]);
  return {
    document,
    text,
    fingerprint: await sha256Hex(payload),
    root: keySetOf(root, publicKeys),
    release: keySetOf(release, publicKeys),
    director: keySetOf(director, publicKeys),
    directors: new Map(clusterRoles.map(([id, role]) => [id, keySetOf(role, publicKeys)])),
  };
}

function keySetOf(role: TrustRole, publicKeys: ReadonlyMap<string, Bytes>): KeySet {
  const keys = role.keyIds.map((keyId) => {
    const publicKey = publicKeys.get(keyId);
    if (!publicKey)
      throw new TrustError("malformed", `the root document has a role with an unlisted key`);
    return { keyId, publicKey };
  });
  return { keys, threshold: role.threshold };
}

function refuseTwoOffices(root: TrustRole, release: TrustRole, directors: TrustRole[]): void {
  const offices = [root.keyIds, release.keyIds, [...new Set(directors.flatMap((d) => d.keyIds))]];
  const all = offices.flat();
  if (new Set(all).size !== all.length)
    throw new TrustError("malformed", "a key of the root document has two offices");
}
