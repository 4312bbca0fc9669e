import { eq } from "drizzle-orm";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import type { Database } from "../platform/database.ts";

export type PackageSignatureRow = typeof packageSignatures.$inferSelect;

/** What release keys say of an archive. */
export async function findPackageSignature(
  db: Pick<Database, "select">,
  sha256: string,
): Promise<PackageSignatureRow | undefined> {
  const [row] = await db
    .select()
    .from(packageSignatures)
    .where(eq(packageSignatures.sha256, sha256));
  return row;
}
