import { open } from "node:fs/promises";
import type { z } from "zod";
import { envelopeCharsMax } from "../../lib/contract/dsse.ts";
import { TrustError } from "../../lib/contract/verify-refusal.ts";
import { InputError } from "./outcome.ts";

/** Reads a small text file. @throws InputError */
export async function readInput(path: string, charsMax = envelopeCharsMax): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      if ((await file.stat()).size > charsMax)
        throw new InputError(`${path} is larger than ${charsMax} bytes`, "too_large");
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainFile(error, path);
  }
}

/** @throws InputError */
export async function readJsonInput<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readInput(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path} is not JSON`, "malformed", { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`${path}: ${issue?.path.join(".")}: ${issue?.message}`, "malformed");
}

/** One line without its end. undefined: no file was named. @throws InputError */
export async function readPassphrase(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const passphrase = (await readInput(path, 4096)).replace(/\r?\n$/, "");
  if (passphrase.length < passphraseCharsMin)
    throw new InputError(`${path}: a passphrase has at least ${passphraseCharsMin} characters`);
  return passphrase;
}

/** PKCS#8 slows guessing down only a little, so the passphrase itself has to be long. */
const passphraseCharsMin = 16;

/** Puts the file's name before a refusal. */
export async function naming<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new InputError(`${path}: ${error.message}`, error.reason, { cause: error });
  }
}

export function explainFile(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof InputError || code === undefined) return error;
  const why: Record<string, string> = {
    ENOENT: "there is no such file or folder",
    EACCES: "no permission",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is not a folder",
    ENOSPC: "the disk is full",
    EROFS: "the disk is read-only",
  };
  return new InputError(`${path}: ${why[code] ?? code}`, "invalid_input", { cause: error });
}
