import { z } from "zod";
import type { Layout } from "../layout.ts";
import { readJson, writeDurably } from "../platform/durable-file.ts";

const StoredKey = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  d: z.string(),
  x: z.string(),
});

/** The machine's Ed25519 key. Its private half is made here and never leaves the machine. */
export interface MachineKey {
  /** Raw, base64url. */
  publicKey: string;
  /** Signature of the text, base64url. */
  sign(text: string): Promise<string>;
}

export async function loadOrCreateKey(layout: Layout): Promise<MachineKey> {
  const stored = (await readJson(layout.key, StoredKey)) ?? (await createKey(layout));
  const privateKey = await crypto.subtle.importKey("jwk", stored, "Ed25519", false, ["sign"]);
  return {
    publicKey: stored.x,
    sign: async (text) => {
      const signature = await crypto.subtle.sign(
        "Ed25519",
        privateKey,
        new TextEncoder().encode(text),
      );
      return new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true });
    },
  };
}

async function createKey(layout: Layout): Promise<z.infer<typeof StoredKey>> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const stored = StoredKey.parse(await crypto.subtle.exportKey("jwk", pair.privateKey));
  await writeDurably(layout.key, JSON.stringify(stored), 0o600);
  return stored;
}
