import { mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { clusterId, epochMs, idRef } from "./columns.ts";

export const clusters = mysqlTable("clusters", {
  id: clusterId("id").primaryKey(),
  name: varchar("name", { length: 120 }).notNull(),
  /** null: this deployment is the cluster's master. */
  masterUrl: varchar("master_url", { length: 500 }),
  /**
   * Raised in the transaction of every change to the cluster's desired entries. A rebuild records
   * the value that it read, so "is the cache behind?" is one comparison.
   */
  desiredRevision: idRef("desired_revision").notNull().default(0),
  builtRevision: idRef("built_revision").notNull().default(0),
  /** The last generation written to Redis; only grows, also when Redis has lost everything. */
  generation: idRef("generation").notNull().default(0),
  builtAtMs: epochMs("built_at_ms").notNull().default(0),
  /** The last sequence that was drawn to sign with, and by which key; 0: none. It only grows. */
  directorSequence: idRef("director_sequence").notNull().default(0),
  directorKeyId: varchar("director_key_id", { length: 64 }).notNull().default(""),
  /** What the documents are signed under, and of which composition they are. */
  documentSequence: idRef("document_sequence").notNull().default(0),
  signedDigest: varchar("signed_digest", { length: 64 }).notNull().default(""),
  /** The freshness statement of that sequence: masters share it when Redis cannot carry it. */
  freshness: varchar("freshness", { length: 4000 }).notNull().default(""),
  createdAtMs: epochMs("created_at_ms").notNull(),
});
