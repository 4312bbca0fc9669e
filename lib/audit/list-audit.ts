import { and, desc, eq, like, lt, or, type SQL } from "drizzle-orm";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import type { AuditEntryView } from "../contract/console-views.ts";
import type { Database } from "../platform/database.ts";

export type AuditFilter = {
  actor?: string | undefined;
  action?: string | undefined;
  /** The subject's id, or kind:id. */
  subject?: string | undefined;
};
export type AuditQuery = AuditFilter & { beforeId?: number | undefined; limit: number };

/** Newest first. */
export async function listAudit(
  db: Pick<Database, "select">,
  query: AuditQuery,
): Promise<{ entries: AuditEntryView[]; nextId: number | null }> {
  const rows = await db
    .select()
    .from(auditLog)
    .where(and(...conditions(query)))
    .orderBy(desc(auditLog.id))
    .limit(query.limit + 1);
  const entries = rows.slice(0, query.limit);
  return { entries, nextId: rows.length > query.limit ? (entries.at(-1)?.id ?? null) : null };
}

function conditions({ actor, action, subject, beforeId }: AuditQuery): SQL[] {
  const all: SQL[] = [];
  if (actor) all.push(eq(auditLog.actor, actor));
  // "release." means every action on releases.
  if (action?.endsWith("."))
    all.push(like(auditLog.action, `${action.replace(/[\\%_]/g, "\\$&")}%`));
  else if (action) all.push(eq(auditLog.action, action));
  if (subject) all.push(ofSubject(subject));
  if (beforeId) all.push(lt(auditLog.id, beforeId));
  return all;
}

function ofSubject(subject: string): SQL {
  const at = subject.indexOf(":");
  const whole = eq(auditLog.subjectId, subject);
  if (at < 0) return whole;
  const split = and(
    eq(auditLog.subjectKind, subject.slice(0, at)),
    eq(auditLog.subjectId, subject.slice(at + 1)),
  );
  return or(whole, split) as SQL;
}
