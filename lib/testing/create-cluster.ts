import { clusters } from "../../drizzle/schema/clusters.ts";
import type { Services } from "../platform/services.ts";
import { unique } from "./unique.ts";

type ClusterRow = typeof clusters.$inferSelect;

export async function createCluster(
  services: Services,
  overrides: Partial<ClusterRow> = {},
): Promise<ClusterRow> {
  const id = overrides.id ?? `c${unique()}`;
  const row: ClusterRow = {
    id,
    name: `Cluster ${id}`,
    masterUrl: null,
    desiredRevision: 0,
    builtRevision: 0,
    generation: 0,
    builtAtMs: 0,
    ...{ directorSequence: 0, directorKeyId: "", documentSequence: 0 },
    ...{ signedDigest: "", freshness: "" },
    createdAtMs: services.now(),
    ...overrides,
  };
  await services.db.insert(clusters).values(row);
  return row;
}
