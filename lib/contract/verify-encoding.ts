import type { z } from "zod";
import { TrustError } from "./verify-refusal.ts";

/** Bytes that WebCrypto takes in every runtime: never a view of shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** RFC 4648 §4, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Strict: the standard alphabet with its padding, and only the one spelling that encoding gives
 * (RFC 4648 §3.5), so that nobody can respell what is signed. null: it is not that.
 */
export function decodeBase64(text: string): Bytes | null {
  if (!base64Pattern.test(text)) return null;
  const binary = atob(text);
  if (btoa(binary) !== text) return null;
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Lower-case hex. */
export async function sha256Hex(bytes: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Reads a statement from verified bytes. Fields that it does not know are left out: what an older
 * ifrit-agent must not miss comes with a new payload type.
 * @throws TrustError malformed
 */
export function parseStatement<T>(what: string, schema: z.ZodType<T>, payload: Bytes): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload));
  } catch (cause) {
    throw new TrustError("malformed", `the ${what} is not JSON in UTF-8`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join(".") || "the whole";
  throw new TrustError("malformed", `the ${what} is wrong at ${where}: ${issue?.message}`);
}
