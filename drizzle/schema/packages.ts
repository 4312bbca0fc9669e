import { index, json, mysqlTable, uniqueIndex, varchar } from "drizzle-orm/mysql-core";
import type { PackageManifest } from "../../lib/contract/package-manifest.ts";
import type { Platform } from "../../lib/contract/platform.ts";
import { agentName, agentVersion, autoId, epochMs, idRef } from "./columns.ts";

/** One version of an agent for one platform. An archive that serves several platforms has several rows. */
export const packages = mysqlTable(
  "packages",
  {
    id: autoId(),
    agentName: agentName().notNull(),
    version: agentVersion().notNull(),
    platform: varchar("platform", { length: 20 }).$type<Platform>().notNull(),
    sha256: varchar("sha256", { length: 64 }).notNull(),
    sizeBytes: idRef("size_bytes").notNull(),
    manifest: json("manifest").$type<PackageManifest>().notNull(),
    uploadedBy: varchar("uploaded_by", { length: 120 }).notNull(),
    uploadedAtMs: epochMs("uploaded_at_ms").notNull(),
  },
  (t) => [
    // Upload refuses a second package for the same version and platform; releases look versions up.
    uniqueIndex("packages_version_platform_idx").on(t.agentName, t.version, t.platform),
    // Downloads: is this digest known?
    index("packages_sha256_idx").on(t.sha256),
  ],
);
