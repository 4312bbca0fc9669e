import type { ReportRequest } from "../contract/report.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import type { MachineClaims } from "../machines/machine-token.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { newRefusalPace, noteRefused, noteTaken, type RefusalPace } from "./refusal-pace.ts";
import { type ReportEntry, reportField } from "./report-entry.ts";

/** Beyond this many waiting reports new ones are refused: what was acknowledged is never dropped for them. */
export const waitingReportsMax = 50_000;
/** The stream's own cap is a net for a flush that never comes; it must not bite before the refusal. */
const streamLengthMax = waitingReportsMax * 2;

/**
 * Stores a report in Redis, on its way to MySQL. Returning means acknowledged; the machine re-sends
 * until then. Doubled and late reports are sorted out by their sequence when they are flushed.
 * @throws ProblemError unavailable, with Retry-After
 */
export async function acceptReport(
  services: Services,
  machine: MachineClaims,
  report: ReportRequest,
): Promise<void> {
  const key = redisKeys.reports(machine.clusterId);
  const { machineId, clusterId, type, slot } = machine;
  const entry: ReportEntry = {
    ...{ machineId, clusterId, type, slot },
    receivedAtMs: services.now(),
    report,
  };
  try {
    if ((await services.redis.xlen(key)) >= waitingReportsMax)
      throw tooMany(noteRefused(paceOf(services), machineId, services.now()));
    const pipeline = services.redis.pipeline();
    pipeline.xadd(key, "MAXLEN", "~", streamLengthMax, "*", reportField, JSON.stringify(entry));
    if (report.kind === "full") pipeline.srem(redisKeys.wantFullReport(clusterId), machineId);
    const [added] = (await pipeline.exec()) ?? [];
    if (!added || added[0]) throw added?.[0] ?? new Error("no answer from Redis");
    noteTaken(paceOf(services), machineId, services.now());
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError("unavailable", "Reports cannot be taken just now. Send it again.", {
      retryAfterSeconds: 5,
      cause: error,
    });
  }
}

const paces = new WeakMap<Services["pool"], RefusalPace>();

function paceOf({ pool, now }: Services): RefusalPace {
  const pace = paces.get(pool) ?? newRefusalPace(now());
  paces.set(pool, pace);
  return pace;
}

function tooMany(retryAfterSeconds: number): ProblemError {
  return new ProblemError("unavailable", "Too many reports are waiting. Send it again later.", {
    retryAfterSeconds,
  });
}
