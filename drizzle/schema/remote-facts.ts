import { json, mysqlTable, primaryKey } from "drizzle-orm/mysql-core";
import type { FailureGroup } from "../../lib/contract/console-views.ts";
import type { MasterFacts } from "../../lib/contract/master-api.ts";
import { clusterId, epochMs, idRef } from "./columns.ts";

/** On the manage side: what a remote master last said of a release. Its times are by manage's clock. */
export const remoteFacts = mysqlTable(
  "remote_facts",
  {
    releaseId: idRef("release_id").notNull(),
    clusterId: clusterId().notNull(),
    /** The order that the master had carried out when it counted; null: none. */
    appliedRevision: idRef("applied_revision"),
    facts: json("facts").$type<MasterFacts>().notNull(),
    failures: json("failures").$type<FailureGroup[]>().notNull(),
    readAtMs: epochMs("read_at_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.releaseId, t.clusterId] })],
);
