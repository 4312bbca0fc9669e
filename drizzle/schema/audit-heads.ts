import { char, int, mysqlTable, varchar } from "drizzle-orm/mysql-core";
import { epochMs, idRef } from "./columns.ts";

const head = () => ({
  /** Of the last row of the chain. */
  hash: char("hash", { length: 64 }).notNull(),
  atMs: epochMs("at_ms").notNull(),
  /** SHA-256 of the public key, the first 16 hex digits. */
  keyId: varchar("key_id", { length: 16 }).notNull(),
  /** Ed25519 over the text of lib/audit/audit-head.ts, base64. */
  signature: varchar("signature", { length: 100 }).notNull(),
});

/** One row, the end of the chain: locked as the last thing that a transaction with audit rows does. */
export const auditChain = mysqlTable("audit_chain", {
  id: int("id", { unsigned: true }).primaryKey(),
  seq: idRef("seq").notNull(),
  ...head(),
});

/** Former ends of the chain, kept at intervals. Append-only. */
export const auditHeads = mysqlTable("audit_heads", {
  seq: idRef("seq").primaryKey(),
  ...head(),
});
