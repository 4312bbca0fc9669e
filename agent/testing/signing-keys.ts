import { type PayloadType, payloadTypes, preAuthEncoding } from "@contract/dsse.ts";
import type { TrustRoot } from "@contract/trust-root.ts";
import { encodeBase64 } from "@contract/verify-encoding.ts";
import { keyIdOf } from "@contract/verify-keys.ts";

/** A real Ed25519 key pair of a test. */
export interface SigningKey {
  keyId: string;
  publicKey: string;
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
}

export async function makeKey(): Promise<SigningKey> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    keyId: await keyIdOf(raw),
    publicKey: encodeBase64(raw),
    sign: async (bytes) =>
      encodeBase64(new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes))),
  };
}

export function makeKeys(count: number): Promise<SigningKey[]> {
  return Promise.all(Array.from({ length: count }, makeKey));
}

/** Written apart from lib/signing, by the papers of DSSE, so that the two cannot share a mistake. */
export async function signEnvelope(
  payloadType: PayloadType,
  statement: object,
  keys: readonly SigningKey[],
): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  const bytes = preAuthEncoding(payloadType, payload);
  const signatures = await Promise.all(
    keys.map(async (key) => ({ keyid: key.keyId, sig: await key.sign(bytes) })),
  );
  return JSON.stringify({ payloadType, payload: encodeBase64(payload), signatures });
}

export interface RootKeys {
  root: SigningKey[];
  release: SigningKey[];
  director: SigningKey[];
}

export interface RootSettings {
  version: number;
  expiresAtMs?: number;
  thresholds?: Partial<Record<keyof RootKeys, number>>;
}

const yearMs = 365 * 86_400_000;

export function rootDocument(keys: RootKeys, settings: RootSettings): TrustRoot {
  const role = (name: keyof RootKeys) => ({
    keyIds: keys[name].map((key) => key.keyId),
    threshold: settings.thresholds?.[name] ?? keys[name].length,
  });
  return {
    schema: 1,
    version: settings.version,
    expiresAtMs: settings.expiresAtMs ?? Date.now() + yearMs,
    keys: Object.fromEntries(
      [...keys.root, ...keys.release, ...keys.director].map(({ keyId, publicKey }) => [
        keyId,
        { algorithm: "ed25519", publicKey, name: "" },
      ]),
    ),
    roles: {
      root: role("root"),
      release: role("release"),
      director: role("director"),
      directors: {},
    },
  };
}

export function signRoot(
  keys: RootKeys,
  settings: RootSettings,
  signers: readonly SigningKey[] = keys.root,
): Promise<string> {
  return signEnvelope(payloadTypes.root, rootDocument(keys, settings), signers);
}
