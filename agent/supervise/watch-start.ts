import type { PackageManifest } from "@contract/package-manifest.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { isAlive } from "../plan/read-actual.ts";
import { readRun } from "../plan/run-record.ts";
import { adoptDaemon } from "./adopt-daemon.ts";
import { logTail } from "./log-tail.ts";
import { probe } from "./probe.ts";
import { payloadDir, resolveCommand, runEnvironment } from "./run-environment.ts";
import { identityOf } from "./run-identity.ts";

const lookMs = 100;

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
  let wrong: string | null = liveness.kind === "process" ? null : "it has not been asked yet";
  while (!signal.aborted) {
    await requireAlive(ctx, manifest);
    const nowMs = ctx.clock.monotonicMs();
    if (liveness.kind !== "process" && nowMs >= nextProbeMs) {
      wrong = await probeOf(ctx, manifest);
      nextProbeMs = ctx.clock.monotonicMs() + Math.min(liveness.intervalSeconds * 1000, 1000);
    }
    if (nowMs >= settledAtMs && wrong === null) return await requireAlive(ctx, manifest);
    if (nowMs >= deadlineMs)
      throw new ChangeError(
        "liveness_failed",
        `the new version does not pass its liveness check: ${wrong}`,
      );
    await ctx.clock.sleep(lookMs, signal);
  }
  signal.throwIfAborted();
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

async function requireAlive(ctx: AgentContext, manifest: PackageManifest): Promise<void> {
  const layout = ctx.layout.agent(manifest.name);
  const run = await readRun(ctx, manifest.name);
  const stats = run === null ? [] : await ctx.processes.stat([run.pid]);
  if (isAlive(run, new Map(stats.map((stat) => [stat.pid, stat])), ctx.bootId)) return;
  // A daemon forks twice, so the process found first may itself be on its way out.
  if (run !== null && (await adoptDaemon(ctx, manifest.name, run, run.daemon ?? false)) !== null)
    return;
  const tail = await logTail(layout.log);
  throw new ChangeError(
    "exited_early",
    `the new version exited within its first ${manifest.settleSeconds} s${tail && `; its log ends: ${tail}`}`,
  );
}
