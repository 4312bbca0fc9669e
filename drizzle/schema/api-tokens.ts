import { char, index, json, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, epochMs, idRef } from "./columns.ts";

/** Secrets by which scripts act for a person, within a scope. Only hashes are kept. */
export const apiTokens = mysqlTable(
  "api_tokens",
  {
    id: autoId(),
    userId: idRef("user_id").notNull(),
    label: varchar("label", { length: 120 }).notNull(),
    /** SHA-256, hex: the secret itself is random enough. */
    tokenHash: char("token_hash", { length: 64 }).notNull(),
    permissions: json("permissions").$type<string[]>().notNull(),
    clusters: json("clusters").$type<string[]>().notNull(),
    agents: json("agents").$type<string[]>().notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    expiresAtMs: epochMs("expires_at_ms").notNull(),
    /** To the minute. */
    lastUsedAtMs: epochMs("last_used_at_ms"),
    revokedAtMs: epochMs("revoked_at_ms"),
  },
  (t) => [
    // Each call with a token.
    uniqueIndex("api_tokens_hash_idx").on(t.tokenHash),
    // A person's tokens.
    index("api_tokens_user_idx").on(t.userId),
  ],
);
