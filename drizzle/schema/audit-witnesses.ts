import { char, int, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { epochMs, idRef, machineId } from "./columns.ts";

/** Ends of the audit chain that machines saw and told of again. The newest of them, and some before. */
export const auditWitnesses = mysqlTable("audit_witnesses", {
  seq: idRef("seq").primaryKey(),
  hash: char("hash", { length: 64 }).notNull(),
  atMs: epochMs("at_ms").notNull(),
  keyId: varchar("key_id", { length: 16 }).notNull(),
  signature: varchar("signature", { length: 100 }).notNull(),
  /** How many told of it; one of them; when the last one did. */
  told: int("told", { unsigned: true }).notNull(),
  machineId: machineId().notNull(),
  toldAtMs: epochMs("told_at_ms").notNull(),
});
