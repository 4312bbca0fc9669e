import type { AgentContext } from "../context.ts";
import { type RunRecord, readRun, writeRun } from "../plan/run-record.ts";
import { startAgent } from "../supervise/start-agent.ts";
import { requireAlive } from "../supervise/watch-start.ts";
import { attemptHook, requireHook } from "./require-hook.ts";
import type { HookCall } from "./run-hook.ts";

/** Starts a version that is being switched to: each of its hooks may refuse it. */
export async function startOnTrial(ctx: AgentContext, call: HookCall): Promise<void> {
  await requireHook(ctx, "beforeStart", call);
  await startAgent(ctx, call.manifest);
  try {
    await requireHook(ctx, "afterStart", call);
  } catch (error) {
    // A hook that waits for a process which has exited is not what went wrong.
    await requireAlive(ctx, call.manifest);
    throw error;
  }
  await noteStartFinished(ctx, call.manifest.name);
}

/** Starts the version in place again. Once it runs, no hook is worth stopping it for. */
export async function startInPlace(
  ctx: AgentContext,
  call: HookCall,
  counts: Pick<RunRecord, "restarts" | "crashes">,
): Promise<void> {
  await requireHook(ctx, "beforeStart", call);
  await startAgent(ctx, call.manifest, counts);
  await finishStart(ctx, call);
}

/** Starts the version that a rollback puts back: nothing may refuse it. */
export async function startPutBack(ctx: AgentContext, call: HookCall): Promise<void> {
  await attemptHook(ctx, "beforeStart", call);
  await startAgent(ctx, call.manifest);
  await finishStart(ctx, call);
}

/** Also for a start that an ifrit-agent before us could not finish. */
export async function finishStart(ctx: AgentContext, call: HookCall): Promise<void> {
  await attemptHook(ctx, "afterStart", call);
  await noteStartFinished(ctx, call.manifest.name);
}

async function noteStartFinished(ctx: AgentContext, name: string): Promise<void> {
  const run = await readRun(ctx, name);
  if (run?.afterStartDue) await writeRun(ctx, name, { ...run, afterStartDue: undefined });
}
