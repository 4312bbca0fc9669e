import { budgetOfVersion } from "../packages/find-version.ts";
import type { Database } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import type { Budget } from "./budget.ts";

const keptMs = 60_000;
const keptMax = 2_000;
type Known = Map<string, { budget: Budget; untilMs: number }>;
const knownByPool = new WeakMap<object, Known>();

/**
 * Budgets of versions, remembered for a minute. They change only when a package is deleted and
 * another takes its name; classes say which budget they were judged by, so a reader sees a stale one.
 */
export async function knownBudgets(
  { db, pool }: { db: Pick<Database, "select">; pool: Services["pool"] },
  states: readonly { agentName: string; version: string | null; phase: string }[],
): Promise<(agentName: string, version: string | null) => Budget> {
  const known = knownByPool.get(pool) ?? new Map();
  knownByPool.set(pool, known);
  if (known.size > keptMax) known.clear();
  const nowMs = performance.now();
  for (const { agentName, version, phase } of states) {
    const key = `${agentName} ${version}`;
    if (version === null || phase !== "running" || (known.get(key)?.untilMs ?? 0) > nowMs) continue;
    const budget = await budgetOfVersion(db, agentName, version);
    known.set(key, { budget, untilMs: nowMs + keptMs });
  }
  return (agentName, version) => known.get(`${agentName} ${version}`)?.budget ?? {};
}
