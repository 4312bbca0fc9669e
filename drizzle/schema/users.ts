import { int, json, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import { autoId, epochMs } from "./columns.ts";

export type Role = "viewer" | "operator" | "approver" | "administrator";

export const users = mysqlTable(
  "users",
  {
    id: autoId(),
    username: varchar("username", { length: 120 }).notNull(),
    displayName: varchar("display_name", { length: 120 }).notNull(),
    role: varchar("role", { length: 16 }).$type<Role>().notNull(),
    email: varchar("email", { length: 255 }).notNull().default(""),
    /** As the identity provider named them at the last sign-in there. */
    groups: json("groups").$type<string[]>().notNull().default([]),
    groupsAtMs: epochMs("groups_at_ms").notNull().default(0),
    /** argon2id, PHC string; "": only the identity provider lets this user in. */
    passwordHash: varchar("password_hash", { length: 255 }).notNull(),
    /** Raised to end every session of the user. */
    sessionVersion: int("session_version", { unsigned: true }).notNull().default(1),
    disabledAtMs: epochMs("disabled_at_ms"),
    createdAtMs: epochMs("created_at_ms").notNull(),
    lastSignInAtMs: epochMs("last_sign_in_at_ms"),
  },
  // Sign-in looks a user up by name.
  (t) => [uniqueIndex("users_username_idx").on(t.username)],
);
