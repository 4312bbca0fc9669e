import { index, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId, epochMs } from "./columns.ts";

/** On the master's side: secrets that let a manage give orders to one cluster. Only hashes are kept. */
export const masterCredentials = mysqlTable(
  "master_credentials",
  {
    id: autoId(),
    clusterId: clusterId().notNull(),
    secretHash: varchar("secret_hash", { length: 64 }).notNull(),
    createdBy: varchar("created_by", { length: 120 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    revokedAtMs: epochMs("revoked_at_ms"),
  },
  // Each call of manage: the secrets of the cluster that it names.
  (t) => [index("master_credentials_cluster_idx").on(t.clusterId)],
);
