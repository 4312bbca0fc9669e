import type { PackageManifest } from "@contract/package-manifest.ts";
import { oomKillText } from "../cgroup/parse-usage.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { isAlive } from "../plan/read-actual.ts";
import { readRun } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { adoptDaemon } from "./adopt-daemon.ts";
import { logTail } from "./log-tail.ts";
import { probe } from "./probe.ts";
import { payloadDir, resolveCommand, runEnvironment } from "./run-environment.ts";
import { identityOf } from "./run-identity.ts";

const lookMs = 100;
/** A process may be stopped and go on. */
const stoppedMs = 1000;
/** So often a version may answer and then not answer again, before it counts as bad. */
const flipsMax = 3;

/**
 * Watches a freshly started version. It is good once it has lived for its settle time and, where it has
 * a liveness check, has answered it; it is bad once it exits or does not answer in time.
 */
export async function watchStart(
  ctx: AgentContext,
  manifest: PackageManifest,
  signal: AbortSignal,
): Promise<void> {
  const { liveness } = manifest;
  const beganMs = ctx.clock.monotonicMs();
  const settledAtMs = beganMs + manifest.settleSeconds * 1000;
  const graceMs =
    liveness.failureThreshold * liveness.intervalSeconds * 1000 + liveness.timeoutSeconds * 1000;
  const deadlineMs = settledAtMs + (liveness.kind === "process" ? 0 : graceMs);
  let nextProbeMs = beganMs;
  let flips = 0;
  let wrong: string | null = liveness.kind === "process" ? null : "it has not been asked yet";
  while (!signal.aborted) {
    await requireAlive(ctx, manifest);
    const nowMs = ctx.clock.monotonicMs();
    if (liveness.kind !== "process" && nowMs >= nextProbeMs) {
      const before = wrong;
      wrong = await probeOf(ctx, manifest);
      if (before === null && wrong !== null && ++flips >= flipsMax) break;
      nextProbeMs = ctx.clock.monotonicMs() + Math.min(liveness.intervalSeconds * 1000, 1000);
    }
    if (nowMs >= settledAtMs && wrong === null) return await requireAwake(ctx, manifest);
    if (nowMs >= deadlineMs) break;
    await ctx.clock.sleep(lookMs, signal);
  }
  signal.throwIfAborted();
  const unsteady = flips < flipsMax ? "" : `${flipsMax} times it answered and then did not; `;
  throw new ChangeError(
    "liveness_failed",
    `the new version does not pass its liveness check: ${unsteady}${wrong}`,
  );
}

/** A stopped process (SIGSTOP) has not exited, and does nothing. One that a debugger holds for a moment is none. */
async function requireAwake(ctx: AgentContext, manifest: PackageManifest): Promise<void> {
  if (!isStopped(await requireAlive(ctx, manifest))) return;
  await ctx.clock.sleep(stoppedMs);
  if (!isStopped(await requireAlive(ctx, manifest))) return;
  throw new ChangeError("liveness_failed", "the new version is stopped (SIGSTOP) and does nothing");
}

function isStopped(stat: ProcessStat | null): boolean {
  return stat?.state === "T";
}

export function probeOf(ctx: AgentContext, manifest: PackageManifest): Promise<string | null> {
  const payload = payloadDir(ctx, manifest.name, manifest.version);
  return probe(ctx, manifest.liveness, {
    command: (words) => resolveCommand(words, payload),
    env: runEnvironment(ctx, manifest),
    cwd: ctx.layout.agent(manifest.name).data,
    identity: () => identityOf(manifest.run),
  });
}

/** The main process; null while a daemon is taking its place. */
export async function requireAlive(
  ctx: AgentContext,
  manifest: PackageManifest,
): Promise<ProcessStat | null> {
  const layout = ctx.layout.agent(manifest.name);
  const run = await readRun(ctx, manifest.name);
  const stats = run === null ? [] : await ctx.processes.stat([run.pid]);
  if (isAlive(run, new Map(stats.map((stat) => [stat.pid, stat])), ctx.bootId))
    return stats[0] ?? null;
  // A daemon forks twice, so the process found first may itself be on its way out.
  if (run !== null && (await adoptDaemon(ctx, manifest.name, run, run.daemon ?? false)) !== null)
    return null;
  const oomKill = (await ctx.cgroups?.oomKills([manifest.name]))?.get(manifest.name);
  if (oomKill !== undefined) throw new ChangeError("over_budget", oomKillText(oomKill));
  const tail = await logTail(layout.log);
  throw new ChangeError(
    "exited_early",
    `the new version exited within its first ${manifest.settleSeconds} s${tail && `; its log ends: ${tail}`}`,
  );
}
