import { index, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId, epochMs } from "./columns.ts";

/** On the master's side: secrets that let a manage give orders to one cluster. Only hashes are kept. */
export const masterCredentials = mysqlTable(
  "master_credentials",
  {
    id: autoId(),
    clusterId: clusterId().notNull(),
    /** What it is for, in the words of whoever made it. */
    label: varchar("label", { length: 120 }).notNull().default(""),
    /** orders: everything; read: nothing that changes anything. */
    scope: varchar("scope", { length: 8 }).$type<"orders" | "read">().notNull().default("orders"),
    secretHash: varchar("secret_hash", { length: 64 }).notNull(),
    createdBy: varchar("created_by", { length: 120 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    /** null: never. */
    expiresAtMs: epochMs("expires_at_ms"),
    /** To the minute. */
    lastUsedAtMs: epochMs("last_used_at_ms"),
    revokedAtMs: epochMs("revoked_at_ms"),
  },
  // Each call of manage: the secrets of the cluster that it names.
  (t) => [index("master_credentials_cluster_idx").on(t.clusterId)],
);
