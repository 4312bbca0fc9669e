import { index, int, json, mysqlTable, primaryKey, varchar } from "drizzle-orm/mysql-core";
import type { ProgressCounts } from "../../lib/contract/console-views.ts";
import type { ClusterReleaseState } from "../../lib/contract/release-state.ts";
import { clusterId, epochMs, idRef } from "./columns.ts";

/** How far a release has come in one of its clusters. */
export const releaseClusters = mysqlTable(
  "release_clusters",
  {
    releaseId: idRef("release_id").notNull(),
    clusterId: clusterId().notNull(),
    /** Its place in the plan's order, from 0. */
    position: int("position", { unsigned: true }).notNull(),
    state: varchar("state", { length: 24 }).$type<ClusterReleaseState>().notNull(),
    /** Index of the newest open stage of the plan; -1 before the first. */
    stageIndex: int("stage_index").notNull().default(-1),
    /** When each stage opened. */
    stageOpenedAtMs: json("stage_opened_at_ms").$type<number[]>().notNull(),
    /** When the newest stage first met its convergence share; the soak counts from here. */
    convergedAtMs: epochMs("converged_at_ms"),
    /** What persons have told the cluster by continuing: deadlines anew, failures accepted. */
    marks: json("marks").$type<{ clockFromMs?: number; accepted?: Record<string, number> }>(),
    /** Counts per stage when the cluster was done: what machines run later belongs to later releases. */
    finalCounts: json("final_counts").$type<ProgressCounts[]>(),
    verifiedBy: varchar("verified_by", { length: 120 }),
  },
  (t) => [
    primaryKey({ columns: [t.releaseId, t.clusterId] }),
    // Which releases are at work in a cluster?
    index("release_clusters_cluster_idx").on(t.clusterId, t.state),
  ],
);
