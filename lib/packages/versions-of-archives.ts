import { inArray } from "drizzle-orm";
import { packages } from "../../drizzle/schema/packages.ts";
import type { Database } from "../platform/database.ts";

export type ArchiveVersion = { agentName: string; version: string; sha256: string };

/** The versions that have one of these archives. */
export async function versionsOfArchives(
  db: Pick<Database, "selectDistinct">,
  digests: readonly string[],
): Promise<ArchiveVersion[]> {
  if (digests.length === 0) return [];
  const { agentName, version, sha256 } = packages;
  return db
    .selectDistinct({ agentName, version, sha256 })
    .from(packages)
    .where(inArray(sha256, [...digests]));
}
