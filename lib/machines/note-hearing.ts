import { sql } from "drizzle-orm";
import { clusterHearing as h } from "../../drizzle/schema/cluster-hearing.ts";
import { onlineForMs } from "../fleet-status/online-since.ts";
import type { Services } from "../platform/services.ts";

/**
 * To be called before the words of a cluster's machines are carried into MySQL: when nobody has been
 * heard for longer than a machine may be silent, that was the silence of a master, a store or the net,
 * and is remembered as such. MySQL assigns from left to right, so heard_at_ms comes last.
 */
export async function noteHearing(services: Services, clusterId: string): Promise<void> {
  const nowMs = services.now();
  const wasSilent = sql`${h.heardAtMs} + ${onlineForMs(services)} < ${nowMs}`;
  await services.db.execute(sql`INSERT INTO ${h} (cluster_id, heard_at_ms) VALUES (${clusterId}, ${nowMs})
    ON DUPLICATE KEY UPDATE
      silent_from_ms = IF(${wasSilent}, ${h.heardAtMs}, ${h.silentFromMs}),
      silent_until_ms = IF(${wasSilent}, ${nowMs}, ${h.silentUntilMs}),
      heard_at_ms = GREATEST(${h.heardAtMs}, ${nowMs})`);
}
