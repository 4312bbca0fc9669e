import { eq } from "drizzle-orm";
import { packages } from "../../drizzle/schema/packages.ts";
import type { ArchiveUse } from "../contract/master-api.ts";
import { findReleaseAsking } from "../desired-state/change-desired-entries.ts";
import type { Services } from "../platform/services.ts";
import { countHolders } from "../reports/count-holders.ts";

/** Is an archive here, and is there anything here that still needs it? */
export async function readArchiveUse(
  { db }: Pick<Services, "db">,
  sha256: string,
): Promise<ArchiveUse> {
  const rows = await db
    .select({ agentName: packages.agentName, version: packages.version })
    .from(packages)
    .where(eq(packages.sha256, sha256));
  for (const { agentName, version } of rows) {
    const releaseId = await findReleaseAsking(db, agentName, version);
    if (releaseId !== null)
      return { present: true, neededBy: `release ${releaseId} asks for ${agentName} ${version}` };
    const held = await countHolders(db, agentName, version);
    if (held.machines > 0)
      return {
        present: true,
        neededBy: `${agentName} ${version} is on ${held.machines} machines, ${held.example} among them`,
      };
  }
  return { present: rows.length > 0, neededBy: null };
}
