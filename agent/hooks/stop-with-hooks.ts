import type { PackageManifest } from "@contract/package-manifest.ts";
import type { AgentContext } from "../context.ts";
import { readManifest } from "../install/read-manifest.ts";
import { readRecord, updateRecord } from "../plan/agent-record.ts";
import { previousVersionOf } from "../plan/previous-version.ts";
import { isAlive } from "../plan/read-actual.ts";
import { type RunRecord, readRun } from "../plan/run-record.ts";
import { errorText } from "../platform/log.ts";
import { stopAgent } from "../supervise/stop-agent.ts";
import { attemptHook } from "./require-hook.ts";

/**
 * Ends all processes of the agent, with the stop hooks of the version that runs. What has ended by itself
 * has no hook any more, except afterStop of a stop that was interrupted: the record keeps that.
 */
export async function stopWithHooks(
  ctx: AgentContext,
  name: string,
  fallback: PackageManifest | null,
): Promise<void> {
  const layout = ctx.layout.agent(name);
  const run = await readRun(ctx, name);
  const manifest = await manifestOf(ctx, name, run, fallback);
  const hooks = manifest?.hooks;
  if (manifest === null || (hooks?.beforeStop ?? hooks?.afterStop) === undefined)
    return await stopAgent(ctx, name, manifest?.stop);
  const record = await readRecord(layout);
  const call = { manifest, previousVersion: previousVersionOf(record, manifest.version) };
  const alive = await isRunning(ctx, run);
  if (alive) {
    await noteStopping(ctx, name, manifest.version);
    await attemptHook(ctx, "beforeStop", call);
  }
  await stopAgent(ctx, name, manifest.stop);
  ctx.failpoint("stop:stopped");
  if (!alive && record.stopping !== manifest.version) return;
  await attemptHook(ctx, "afterStop", call);
  await noteStopping(ctx, name, null);
}

async function manifestOf(
  ctx: AgentContext,
  name: string,
  run: RunRecord | null,
  fallback: PackageManifest | null,
): Promise<PackageManifest | null> {
  if (run === null || run.version === fallback?.version) return fallback;
  return await readManifest(ctx.layout.agent(name), run.version).catch(() => fallback);
}

async function isRunning(ctx: AgentContext, run: RunRecord | null): Promise<boolean> {
  const stats = run === null ? [] : await ctx.processes.stat([run.pid]);
  return isAlive(run, new Map(stats.map((stat) => [stat.pid, stat])), ctx.bootId);
}

/** A full disk costs the promise that afterStop runs after a crash, never the stop. */
async function noteStopping(
  ctx: AgentContext,
  name: string,
  stopping: string | null,
): Promise<void> {
  await updateRecord(ctx.layout.agent(name), { stopping }).catch((error) =>
    ctx.log.warn("the stop cannot be recorded", { agent: name, error: errorText(error) }),
  );
}
