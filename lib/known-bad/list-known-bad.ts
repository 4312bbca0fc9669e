import { and, desc, eq, isNull } from "drizzle-orm";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import { listRemoteClusters, type RemoteCluster } from "../clusters/list-remote-clusters.ts";
import type { KnownBadView } from "../contract/known-bad.ts";
import { versionsOfArchives } from "../packages/versions-of-archives.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";

type Row = typeof knownBad.$inferSelect;
/** Of those that were lifted, people want the last ones. */
const shownMax = 500;

/** Newest first. */
export async function listKnownBad(
  services: Pick<Services, "db">,
  { agent, lifted }: { agent?: string | undefined; lifted: boolean },
): Promise<KnownBadView[]> {
  const rows = await services.db
    .select()
    .from(knownBad)
    .where(
      and(
        agent === undefined ? undefined : eq(knownBad.agentName, agent),
        lifted ? undefined : isNull(knownBad.liftedAtMs),
      ),
    )
    .orderBy(desc(knownBad.id))
    .limit(shownMax);
  return toViews(services, rows);
}

/** @throws ProblemError not_found */
export async function knownBadView(
  services: Pick<Services, "db">,
  id: number,
): Promise<KnownBadView> {
  const rows = await services.db.select().from(knownBad).where(eq(knownBad.id, id));
  const [view] = await toViews(services, rows);
  if (!view) throw new ProblemError("not_found", `There is no mark ${id}.`);
  return view;
}

async function toViews({ db }: Pick<Services, "db">, rows: readonly Row[]) {
  const digests = rows.flatMap(({ sha256 }) => sha256 ?? []);
  const archives = await versionsOfArchives(db, digests);
  const remote = rows.length > 0 ? await listRemoteClusters(db) : [];
  return rows.map((row): KnownBadView => {
    const { orderKey: _, origin: __, ...view } = row;
    const versions = archives.filter(({ sha256 }) => sha256 === row.sha256);
    return {
      ...view,
      versions: [...new Set(versions.map(({ version }) => version))],
      notAt: remote.flatMap((one) => missingAt(row, one)),
    };
  });
}

function missingAt(row: Row, { id, name, contact }: RemoteCluster): KnownBadView["notAt"] {
  if (row.liftedAtMs !== null || (row.clusterId !== null && row.clusterId !== id)) return [];
  const there = contact?.status?.control?.knownBad ?? [];
  const isTold = there.some(({ key, liftedAtMs }) => key === row.orderKey && liftedAtMs === null);
  return isTold ? [] : [{ clusterId: id, clusterName: name }];
}
