import { and, eq, lte, max, min, sql } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import type { ClusterTrustView } from "../contract/trust-views.ts";
import { trustRefusals, trustSubjects } from "../contract/verify-refusal.ts";
import type { Database } from "../platform/database.ts";

/** Accepted machines of a cluster, by the root that they trust and by what they refuse: index only. */
export async function countTrust(
  db: Pick<Database, "select">,
  clusterId: string,
): Promise<ClusterTrustView["machines"]> {
  const { trustRootVersion: version, trustProblem: problem } = machines;
  const rows = await db
    .select({ version, problem, machines: sql<number>`COUNT(*)`, example: min(machines.id) })
    .from(machines)
    .where(and(eq(machines.clusterId, clusterId), eq(machines.status, "accepted")))
    .groupBy(version, problem);
  const counted = rows.map((row) => ({ ...row, machines: Number(row.machines) }));
  const sum = (of: typeof counted) => of.reduce((total, row) => total + row.machines, 0);
  const checking = counted.filter((row) => row.version > 0 || row.problem !== "");
  const versions = [...new Set(checking.map((row) => row.version))].sort((a, b) => b - a);
  return {
    total: sum(counted),
    checking: sum(checking),
    byRoot: versions.map((one) => ({
      version: one,
      machines: sum(checking.filter((row) => row.version === one)),
    })),
    refusing: trustSubjects.flatMap((what) =>
      trustRefusals.flatMap((refusal) => {
        const found = counted.filter((row) => row.problem === `${what} ${refusal}`);
        const example = found[0]?.example ?? "";
        return found.length > 0 ? [{ what, refusal, machines: sum(found), example }] : [];
      }),
    ),
  };
}

/**
 * The newest statement of a cluster's director that a machine says it has seen, up to `atMost`: what a
 * machine says is not signed by the director, and must not push sequences beyond all measure.
 */
export async function newestSequenceSeen(
  db: Pick<Database, "select">,
  clusterId: string,
  atMost: number,
): Promise<number> {
  const { trustSequence } = machines;
  const [row] = await db
    .select({ newest: max(trustSequence) })
    .from(machines)
    .where(and(eq(machines.clusterId, clusterId), lte(trustSequence, atMost)));
  return row?.newest ?? 0;
}
