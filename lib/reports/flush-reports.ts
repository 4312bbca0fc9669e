import { redisKeys } from "../desired-state/redis-layout.ts";
import { noteHearing } from "../machines/note-hearing.ts";
import { type Lease, LeaseLostError, releaseLease, takeLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { isStoreDown } from "../platform/store-down.ts";
import { ReportEntry, reportField } from "./report-entry.ts";
import { findUnsettled, settleCounts } from "./settle-counts.ts";
import { storeReports } from "./store-reports.ts";

const leaseMs = 30_000;
const entriesPerBatch = 500;
/** The more are waiting, the more go together: on a busy event loop each way to the database takes long. */
const entriesPerLargeBatch = 4_000;
/** A run ends after so long, so that heartbeats and other clusters get their turn. */
const runMsMax = 10_000;
const poisonLengthMax = 1_000;

type StreamEntry = { id: string; text: string };

/**
 * Carries the waiting reports of a cluster from Redis to MySQL, in bulk. At least once: entries
 * leave the stream after the commit only. A report that cannot be stored is set aside and logged; it
 * never holds up the others. Machines that are not counted yet are counted. Returns how many were stored; null: another process is at it.
 */
export async function flushReports(
  services: Services,
  clusterId: string,
  holder: string,
): Promise<number | null> {
  const key = redisKeys.reports(clusterId);
  const unsettled = await findUnsettled(services.db, clusterId, 1);
  if ((await waiting(services, key)) === 0 && unsettled.length === 0) return 0;
  const lease = await takeLease(services.db, `flush:${clusterId}`, holder, leaseMs);
  if (!lease) return null;
  try {
    const endMs = Date.now() + runMsMax;
    let stored = 0;
    for (;;) {
      const batch = await readBatch(services, key);
      stored += await flushBatch(services, lease, clusterId, batch);
      if (batch.length === 0 || Date.now() > endMs) break;
    }
    await settleCounts(services, lease, clusterId);
    return stored;
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
  }
}

/** A key of another kind cannot hold reports; it is dropped, or no report would ever be taken again. */
async function waiting(services: Services, key: string): Promise<number> {
  try {
    return await services.redis.xlen(key);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("WRONGTYPE")) throw error;
    services.log.error({ key }, "not a stream; dropped");
    await services.redis.del(key);
    return 0;
  }
}

async function readBatch(services: Services, key: string): Promise<StreamEntry[]> {
  const isLarge = (await services.redis.xlen(key)) > entriesPerLargeBatch;
  const size = isLarge ? entriesPerLargeBatch : entriesPerBatch;
  const entries = await services.redis.xrange(key, "-", "+", "COUNT", size);
  return entries.map(([id, fields]) => {
    const at = fields.indexOf(reportField);
    return { id, text: at === -1 ? "" : (fields[at + 1] ?? "") };
  });
}

async function flushBatch(
  services: Services,
  lease: Lease,
  clusterId: string,
  batch: StreamEntry[],
): Promise<number> {
  const readable: { id: string; text: string; entry: ReportEntry }[] = [];
  for (const { id, text } of batch) {
    const entry = parseEntry(text, clusterId);
    if (entry) readable.push({ id, text, entry });
    else await setAside(services, clusterId, { id, text }, "cannot be read");
  }
  if (readable.length > 0) await noteHearing(services, clusterId);
  let stored = 0;
  for (const part of await storable(services, lease, clusterId, readable)) {
    stored += part.length;
    await services.redis.xdel(redisKeys.reports(clusterId), ...part.map((one) => one.id));
  }
  return stored;
}

/** Stores all at once; when the database refuses a value among them, one by one to find it. */
async function storable<T extends StreamEntry & { entry: ReportEntry }>(
  services: Services,
  lease: Lease,
  clusterId: string,
  batch: T[],
): Promise<T[][]> {
  if (batch.length === 0) return [];
  try {
    await storeReports(
      services,
      lease,
      batch.map((one) => one.entry),
    );
    return [batch];
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    if (batch.length === 1) {
      await setAside(services, clusterId, batch[0]!, String(causeOf(error)));
      return [];
    }
    const middle = Math.ceil(batch.length / 2);
    const first = await storable(services, lease, clusterId, batch.slice(0, middle));
    return [...first, ...(await storable(services, lease, clusterId, batch.slice(middle)))];
  }
}

function isRefusedValue(error: unknown): boolean {
  if (error instanceof LeaseLostError || isStoreDown(error)) return false;
  const { code } = causeOf(error) as { code?: string };
  return code !== "ER_LOCK_DEADLOCK" && code !== "ER_LOCK_WAIT_TIMEOUT";
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause ? error.cause : error;
}

function parseEntry(text: string, clusterId: string): ReportEntry | null {
  try {
    const entry = ReportEntry.parse(JSON.parse(text));
    return entry.clusterId === clusterId ? entry : null;
  } catch {
    return null;
  }
}

async function setAside(
  services: Services,
  clusterId: string,
  { id, text }: StreamEntry,
  why: string,
): Promise<void> {
  services.log.error({ clusterId, entry: id, why }, "a report was set aside");
  const aside = redisKeys.poisonReports(clusterId);
  await services.redis
    .multi()
    .xadd(aside, "MAXLEN", "~", poisonLengthMax, "*", reportField, text, "why", why.slice(0, 500))
    .xdel(redisKeys.reports(clusterId), id)
    .exec();
}
