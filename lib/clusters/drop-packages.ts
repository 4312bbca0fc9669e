import { inArray } from "drizzle-orm";
import { packageDeletions } from "../../drizzle/schema/package-deletions.ts";
import { MasterDeleted, type MasterStatus } from "../contract/master-api.ts";
import { listArchives } from "../packages/list-archives.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { processWide } from "../platform/process-wide.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster, type MasterAccess } from "./ask-master.ts";

/** What a master still needs is asked about again after so long. */
const againMs = 60_000;

/**
 * What people deleted here is deleted at a master that still has it. An archive that is merely unknown
 * here is left alone: the database may have been restored from a backup.
 */
export async function dropPackages(
  services: Services,
  access: MasterAccess,
  { packages, scope }: MasterStatus,
): Promise<void> {
  if (packages.length === 0 || scope === "read") return;
  const refused = processWide("refused-package-deletions", () => new Map<string, number>());
  for (const sha256 of await deletedHere(services, packages)) {
    const key = `${access.clusterId} ${sha256}`;
    if (services.now() < (refused.get(key) ?? 0)) continue;
    try {
      await askMaster(access, {
        ...{ method: "DELETE", path: `packages/${sha256}`, answer: MasterDeleted },
        by: systemContext("packages", "scheduler"),
      });
      refused.delete(key);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code === "unavailable") throw error;
      refused.set(key, services.now() + againMs);
      services.log.info({ sha256, err: error.message }, "a master still needs a deleted package");
    }
  }
}

async function deletedHere(services: Services, there: readonly string[]): Promise<string[]> {
  const rows = await services.db
    .select({ sha256: packageDeletions.sha256 })
    .from(packageDeletions)
    .where(inArray(packageDeletions.sha256, [...there]));
  if (rows.length === 0) return [];
  const here = new Set((await listArchives(services)).map(({ sha256 }) => sha256));
  return rows.map(({ sha256 }) => sha256).filter((sha256) => !here.has(sha256));
}
