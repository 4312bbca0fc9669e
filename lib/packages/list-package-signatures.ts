import { createHash } from "node:crypto";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import type { Database } from "../platform/database.ts";

export type SignatureMark = { sha256: string; envelopeSha256: string };

/** Which signature each archive has, by archive. */
export async function listPackageSignatures(
  db: Pick<Database, "select">,
): Promise<SignatureMark[]> {
  const { sha256, envelopeSha256 } = packageSignatures;
  return db.select({ sha256, envelopeSha256 }).from(packageSignatures).orderBy(sha256);
}

/** Do two deployments have the same ones? Pure. */
export function digestSignatures(marks: readonly SignatureMark[]): string {
  const lines = marks.map(({ sha256, envelopeSha256 }) => `${sha256} ${envelopeSha256}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex");
}
