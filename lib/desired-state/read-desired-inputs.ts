import { and, eq, exists } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { releases } from "../../drizzle/schema/releases.ts";
import type { MachineType } from "../contract/machine-type.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import type { KnownPackage } from "./compose-desired-state.ts";
import type { DesiredEntry } from "./resolve.ts";

export type DesiredInputs = {
  /** The cluster's desired revision that entries and packages belong to. */
  revision: number;
  builtRevision: number;
  /** The last generation number that was given out. */
  generation: number;
  entries: DesiredEntry[];
  packages: KnownPackage[];
  /** Types that a running release spreads over: their machines are asked to poll faster. */
  changingTypes: MachineType[];
};

/**
 * All that a cluster's desired state is composed from, as it stood at one moment.
 * @throws ProblemError not_found
 */
export async function readDesiredInputs(
  services: Pick<Services, "db">,
  clusterId: string,
): Promise<DesiredInputs> {
  return services.db.transaction(
    async (tx) => {
      const [cluster] = await tx.select().from(clusters).where(eq(clusters.id, clusterId));
      if (!cluster) throw new ProblemError("not_found", `There is no cluster "${clusterId}".`);
      const rows = await tx
        .select({ entry: desiredEntries, releaseState: releases.state })
        .from(desiredEntries)
        .leftJoin(releases, eq(releases.id, desiredEntries.releaseId))
        .where(eq(desiredEntries.clusterId, clusterId));
      const known = await tx
        .select({
          agentName: packages.agentName,
          version: packages.version,
          platform: packages.platform,
          sha256: packages.sha256,
          sizeBytes: packages.sizeBytes,
        })
        .from(packages)
        .where(
          exists(
            tx
              .select({ id: desiredEntries.id })
              .from(desiredEntries)
              .where(
                and(
                  eq(desiredEntries.clusterId, clusterId),
                  eq(desiredEntries.agentName, packages.agentName),
                  eq(desiredEntries.version, packages.version),
                ),
              ),
          ),
        );
      const running = rows.filter((row) => row.releaseState === "running");
      return {
        revision: cluster.desiredRevision,
        builtRevision: cluster.builtRevision,
        generation: cluster.generation,
        entries: rows.map((row) => row.entry),
        packages: known,
        changingTypes: [...new Set(running.map((row) => row.entry.machineType))].sort(),
      };
    },
    { isolationLevel: "repeatable read", withConsistentSnapshot: true },
  );
}
