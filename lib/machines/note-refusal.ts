import { type AuditEntry, auditedTransaction } from "../audit/audited-transaction.ts";
import { processWide } from "../platform/process-wide.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

/*
 * Refusals are alerts, and whoever is refused may try a million times: of one kind, a row in ten
 * minutes, which counts those before it; of all kinds, so many rows in an hour.
 */
const quietMs = 10 * 60_000;
const windowMs = 3_600_000;
const rowsPerWindow = 120;
const kindsMax = 10_000;

type Refusals = {
  /** By kind: when a row was written last, and how many were left out since. */
  kinds: Map<string, { notedAtMs: number; leftOut: number }>;
  windowFromMs: number;
  rows: number;
  leftOut: number;
};

type Refusal = Omit<AuditEntry, "by" | "before" | "after"> & {
  source: string;
  after: Record<string, unknown>;
};

/** Writes the alert unless there are enough of them. A database that is away harms no answer. */
export async function noteRefusal(
  services: Services,
  kind: string,
  { source, ...entry }: Refusal,
): Promise<void> {
  const refusals = processWide<Refusals>(`refusals ${services.env.DATABASE_URL}`, () => ({
    ...{ kinds: new Map(), windowFromMs: services.now(), rows: 0, leftOut: 0 },
  }));
  const before = countRefusal(refusals, kind, services.now());
  if (before === null) return;
  const ctx = systemContext("enrollment", source.slice(0, 64));
  const after = { ...entry.after, ...(before > 0 ? { leftOutBefore: before } : {}) };
  try {
    await auditedTransaction(services, ctx, (_tx, audit) => audit({ ...entry, after }));
  } catch (error) {
    services.log.warn({ err: String(error) }, "a refusal could not be audited");
  }
}

/** null: no row. A number: write one; so many of the kind, or in all, were left out before it. */
export function countRefusal(refusals: Refusals, kind: string, nowMs: number): number | null {
  if (nowMs - refusals.windowFromMs >= windowMs) {
    refusals.windowFromMs = nowMs;
    refusals.rows = 0;
  }
  const known = refusals.kinds.get(kind);
  if (known && nowMs - known.notedAtMs < quietMs) {
    known.leftOut += 1;
    return null;
  }
  if (refusals.rows >= rowsPerWindow) {
    refusals.leftOut += 1;
    return null;
  }
  refusals.rows += 1;
  const leftOut = (known?.leftOut ?? 0) + refusals.leftOut;
  refusals.leftOut = 0;
  if (refusals.kinds.size >= kindsMax) refusals.kinds.clear();
  refusals.kinds.set(kind, { notedAtMs: nowMs, leftOut: 0 });
  return leftOut;
}
