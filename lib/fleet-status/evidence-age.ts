import { eq, type SQL, sql } from "drizzle-orm";
import { clusterHearing } from "../../drizzle/schema/cluster-hearing.ts";
import { machines as m } from "../../drizzle/schema/machines.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Services } from "../platform/services.ts";
import { onlineForMs } from "./online-since.ts";

/**
 * ifrit-agent asks a master that is away ever more slowly, but never after a longer pause than this or
 * its own interval (agent/poll/backoff.ts).
 */
const returnMsMax = 75_000;

export type EvidenceAge = {
  atMs: number;
  /** Until then machines may still be on their way back from a silence of all. */
  returnUntilMs?: number;
};

/**
 * How old a count of the cluster's machines is as evidence: as old as the newest word from machines of
 * these types, since a count read now says nothing when no word has come through. After a time in which
 * nobody was heard, it is as old as that silence until everybody has had the time to come back: who is
 * still away then was cut off by the same thing as all the others. null: there are no such machines.
 */
export async function evidenceAge(
  services: Pick<Services, "db" | "env" | "now">,
  clusterId: string,
  machineTypes: readonly MachineType[],
): Promise<EvidenceAge | null> {
  // Before the silence is read: it is noted before the words that end it.
  const heard = await heardAtMs(services, clusterId, machineTypes);
  const [row] = await services.db
    .select({ fromMs: clusterHearing.silentFromMs, untilMs: clusterHearing.silentUntilMs })
    .from(clusterHearing)
    .where(eq(clusterHearing.clusterId, clusterId));
  if (heard === null) return null;
  if (!row) return { atMs: heard };
  const { fromMs, untilMs } = row;
  const backMs = untilMs + onlineForMs(services) + returnMsMax;
  if (services.now() >= backMs) return { atMs: heard };
  return { atMs: Math.min(heard, fromMs), returnUntilMs: backMs };
}

/** One look at the end of a range of machines_apart_idx for each type, counted and not. */
async function heardAtMs(
  { db }: Pick<Services, "db">,
  clusterId: string,
  machineTypes: readonly MachineType[],
): Promise<number | null> {
  const looks = machineTypes.flatMap((type) =>
    [true, false].map(
      (counted): SQL => sql`SELECT MAX(${m.lastSeenAtMs}) AS heard FROM ${m}
        WHERE ${m.clusterId} = ${clusterId} AND ${m.counted} = ${counted}
        AND ${m.status} = 'accepted' AND ${m.type} = ${type}`,
    ),
  );
  const [rows] = await db.execute(sql.join(looks, sql` UNION ALL `));
  const heard = (rows as unknown as { heard: number | null }[]).flatMap(({ heard }) =>
    heard === null ? [] : [Number(heard)],
  );
  return heard.length > 0 ? Math.max(...heard) : null;
}
