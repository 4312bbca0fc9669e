import type { AuditAction } from "../contract/audit-actions.ts";
import type { Transaction } from "../platform/database.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { appendAudit, type NewAuditRow } from "./append-audit.ts";
import { witnessHead } from "./audit-witness.ts";

export type AuditEntry = {
  action: AuditAction;
  subjectKind: string;
  subjectId: string;
  clusterId?: string;
  before?: unknown;
  after?: unknown;
  /** Whose write it is, where one transaction carries out those of several. */
  by?: RequestContext;
};

/**
 * The only way to write: runs `work` in one transaction together with its audit rows, which are
 * linked to the chain when the work is done. Work that records nothing is a programming error and is
 * rolled back.
 */
export async function auditedTransaction<T>(
  services: Services,
  ctx: RequestContext,
  work: (tx: Transaction, audit: (entry: AuditEntry) => Promise<void>) => Promise<T>,
): Promise<T> {
  const { result, head } = await services.db.transaction(async (tx) => {
    const rows: NewAuditRow[] = [];
    const result = await work(tx, async (entry) => {
      rows.push(rowOf(services, entry.by ?? ctx, entry));
    });
    if (rows.length === 0) throw new Error("a write without an audit row");
    return { result, head: await appendAudit(services, tx, rows) };
  });
  await witnessHead(services, head);
  return result;
}

function rowOf(services: Services, ctx: RequestContext, entry: AuditEntry): NewAuditRow {
  return {
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
  };
}
