import { int, json, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, clusterId, epochMs } from "./columns.ts";

export const enrollmentTokens = mysqlTable(
  "enrollment_tokens",
  {
    id: autoId(),
    clusterId: clusterId().notNull(),
    label: varchar("label", { length: 120 }).notNull(),
    /** sha256 hex of the token; the token itself is shown once and kept nowhere. */
    tokenHash: varchar("token_hash", { length: 64 }).notNull(),
    /** null: as often as one likes. */
    usesLeft: int("uses_left", { unsigned: true }),
    /** From where it is taken; empty: from anywhere. */
    networks: json("networks").$type<string[]>().notNull().default([]),
    /** What the machines that it takes in are labelled with, whatever they say themselves. */
    labels: json("labels").$type<Record<string, string>>().notNull().default({}),
    /** byHand: its machines wait for a person. */
    accept: varchar("accept", { length: 16 })
      .$type<"automatic" | "byHand">()
      .notNull()
      .default("automatic"),
    revokedAtMs: epochMs("revoked_at_ms"),
    expiresAtMs: epochMs("expires_at_ms").notNull(),
    createdBy: varchar("created_by", { length: 120 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
  },
  // Enrollment looks a token up by its hash.
  (t) => [uniqueIndex("enrollment_tokens_hash_idx").on(t.tokenHash)],
);
