import { and, eq, isNull, or } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import { versionsOfArchives } from "../packages/versions-of-archives.ts";
import type { Database } from "../platform/database.ts";
import { groupMarks, type MarkedVersion } from "./marks.ts";

type Reader = Pick<Database, "select" | "selectDistinct">;

/** All that stand, by versionKey: what masters keep in memory. */
export async function readStandingMarks(db: Reader): Promise<Map<string, MarkedVersion[]>> {
  return groupMarks(await readMarked(db));
}

/** Those of one version that stand, wherever they bind. */
export async function findMarks(
  db: Reader,
  agentName: string,
  version: string,
): Promise<MarkedVersion[]> {
  const marked = await readMarked(db, agentName);
  return marked.filter((mark) => mark.version === version);
}

/** A mark on an archive is one on each version that has it. */
async function readMarked(db: Reader, agentName?: string): Promise<MarkedVersion[]> {
  const rows = await db
    .select()
    .from(knownBad)
    .where(
      and(isNull(knownBad.liftedAtMs), agentName ? eq(knownBad.agentName, agentName) : undefined),
    );
  const digests = rows.flatMap(({ sha256 }) => sha256 ?? []);
  const archives = await versionsOfArchives(db, digests);
  return rows.flatMap((row) =>
    row.version !== null
      ? [markOf(row, row.version)]
      : archives
          .filter(({ sha256, agentName: of }) => sha256 === row.sha256 && of === row.agentName)
          .map(({ version }) => markOf(row, version)),
  );
}

function markOf(row: typeof knownBad.$inferSelect, version: string): MarkedVersion {
  const { id, agentName, clusterId, reason, cause, releaseId, markedBy, markedAtMs } = row;
  return { id, agentName, version, clusterId, reason, cause, releaseId, markedBy, markedAtMs };
}

/** When a mark on the version that bound the cluster was last lifted; null: never. */
export async function lastLiftedAtMs(
  db: Reader,
  clusterId: string,
  agentName: string,
  version: string,
): Promise<number | null> {
  const rows = await db
    .select({ liftedAtMs: knownBad.liftedAtMs })
    .from(knownBad)
    .where(
      and(
        eq(knownBad.agentName, agentName),
        eq(knownBad.version, version),
        or(isNull(knownBad.clusterId), eq(knownBad.clusterId, clusterId)),
      ),
    );
  return rows.reduce<number | null>(
    (last, { liftedAtMs }) =>
      liftedAtMs === null || (last !== null && last > liftedAtMs) ? last : liftedAtMs,
    null,
  );
}
