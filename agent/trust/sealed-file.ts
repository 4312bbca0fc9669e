import { z } from "zod";
import { parentOf, readTextOrNull, syncDir, writeDurably } from "../platform/durable-file.ts";

/*
 * A file that must be right or not be believed: a digit that a failing disk turned into another would
 * still be JSON. So its text carries its own digest, and from the first write on there is a backup.
 */

export type Sealed<T> = { state: "missing" | "damaged" } | { state: "whole"; value: T };

const Seal = z.object({ sha256: z.string(), body: z.string() });

export async function writeSealed(path: string, value: object): Promise<void> {
  const body = JSON.stringify(value);
  const text = JSON.stringify({ sha256: await sha256Of(body), body });
  await writeDurably(path, text, 0o600);
  // What is written for the first time has no content before to fall back to.
  if (!(await exists(`${path}.bak`))) await writeDurably(path, text, 0o600);
}

/** From the backup when the file is damaged or gone. `mend`: the backup then takes its place. */
export async function readSealed<T>(
  path: string,
  schema: z.ZodType<T>,
  mend: boolean,
): Promise<Sealed<T>> {
  let there = false;
  for (const candidate of [path, `${path}.bak`]) {
    const text = await readTextOrNull(candidate).catch(() => "");
    there ||= text !== null;
    const value = text === null ? null : await opened(text, schema);
    if (value === null) continue;
    if (mend && candidate !== path) await restore(path, value as object).catch(() => {});
    return { state: "whole", value };
  }
  return { state: there ? "damaged" : "missing" };
}

/** First the good backup takes the damaged file's place, so that at no moment both are bad. */
async function restore(path: string, value: object): Promise<void> {
  await Deno.rename(`${path}.bak`, path);
  await syncDir(parentOf(path));
  await writeSealed(path, value);
}

async function opened<T>(text: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const { sha256, body } = Seal.parse(JSON.parse(text));
    if ((await sha256Of(body)) !== sha256) return null;
    return schema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

async function sha256Of(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(
    () => true,
    () => false,
  );
}
