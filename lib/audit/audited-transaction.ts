import { auditLog } from "../../drizzle/schema/audit-log.ts";
import type { Transaction } from "../platform/database.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import type { AuditAction } from "./actions.ts";

export type AuditEntry = {
  action: AuditAction;
  subjectKind: string;
  subjectId: string;
  clusterId?: string;
  before?: unknown;
  after?: unknown;
};

/**
 * The only way to write: runs `work` in one transaction together with its audit rows. Work that
 * records nothing is a programming error and is rolled back.
 */
export async function auditedTransaction<T>(
  services: Services,
  ctx: RequestContext,
  work: (tx: Transaction, audit: (entry: AuditEntry) => Promise<void>) => Promise<T>,
): Promise<T> {
  return services.db.transaction(async (tx) => {
    let recorded = 0;
    const result = await work(tx, async (entry) => {
      recorded += 1;
      await tx.insert(auditLog).values({
        atMs: services.now(),
        actorKind: ctx.actor.kind,
        actor: ctx.actor.name,
        action: entry.action,
        subjectKind: entry.subjectKind,
        subjectId: entry.subjectId,
        clusterId: entry.clusterId ?? null,
        requestId: ctx.requestId,
        source: ctx.source,
        before: entry.before ?? null,
        after: entry.after ?? null,
      });
    });
    if (recorded === 0) throw new Error("a write without an audit row");
    return result;
  });
}
