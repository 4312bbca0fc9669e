import { index, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, epochMs, idRef } from "./columns.ts";

/** Whom an identity provider means by a subject. Never found by name or e-mail address. */
export const userIdentities = mysqlTable(
  "user_identities",
  {
    id: autoId(),
    userId: idRef("user_id").notNull(),
    issuer: varchar("issuer", { length: 255 }).notNull(),
    subject: varchar("subject", { length: 255 }).notNull(),
    createdAtMs: epochMs("created_at_ms").notNull(),
    lastSignInAtMs: epochMs("last_sign_in_at_ms"),
  },
  (t) => [
    // Each sign-in by the provider.
    uniqueIndex("user_identities_subject_idx").on(t.issuer, t.subject),
    // A user's identities.
    index("user_identities_user_idx").on(t.userId),
  ],
);
