import { ChangeError, toChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { requireHook } from "../hooks/require-hook.ts";
import { startOnTrial, startPutBack } from "../hooks/start-with-hooks.ts";
import { stopWithHooks } from "../hooks/stop-with-hooks.ts";
import {
  type AgentRecord,
  type Failure,
  type PendingChange,
  readRecord,
  updateRecord,
} from "../plan/agent-record.ts";
import { previousVersionOf } from "../plan/previous-version.ts";
import { readRun } from "../plan/run-record.ts";
import { watchStart } from "../supervise/watch-start.ts";
import { flipCurrent, readCurrent, removeCurrent } from "./current-link.ts";
import { readManifest } from "./read-manifest.ts";

/*
 * INVARIANTS of a switch
 * - record.change is on disk before `current` moves, and goes only with the commit or the end of the
 *   rollback; whoever finds it at a start knows how to go on
 * - the old version's folder stays until the commit of the next one
 * - the old process ends before the new one starts, so two never write the same data
 */

/** After so many interrupted watches a version counts as harmful to ifrit-agent itself. */
const attemptsMax = 3;
const quarantineMax = 20;

export interface SwitchHooks {
  onPhase(phase: "switching" | "watching"): void;
  signal: AbortSignal;
}

export async function switchVersion(
  ctx: AgentContext,
  name: string,
  change: Pick<PendingChange, "from" | "to" | "releaseId">,
  hooks: SwitchHooks,
): Promise<void> {
  const layout = ctx.layout.agent(name);
  hooks.onPhase("switching");
  const pending: PendingChange = { ...change, attempts: 0, rollingBack: null };
  await updateRecord(layout, { change: pending, failure: null });
  ctx.failpoint("switch:journalled");
  await flipCurrent(layout, change.to);
  ctx.failpoint("switch:flipped");
  await tryVersion(ctx, name, pending, hooks);
}

/** Goes on with a switch that an ifrit-agent before us began: `current` names the new version already. */
export async function resumeWatch(
  ctx: AgentContext,
  name: string,
  hooks: SwitchHooks,
): Promise<void> {
  const { change } = await readRecord(ctx.layout.agent(name));
  if (change !== null) await tryVersion(ctx, name, change, hooks);
}

async function tryVersion(
  ctx: AgentContext,
  name: string,
  change: PendingChange,
  hooks: SwitchHooks,
): Promise<void> {
  const layout = ctx.layout.agent(name);
  try {
    if (change.attempts >= attemptsMax) {
      throw new ChangeError(
        "start_failed",
        `ifrit-agent was interrupted ${attemptsMax} times while it watched this version`,
      );
    }
    const counted = { ...change, attempts: change.attempts + 1 };
    await updateRecord(layout, { change: counted });
    const manifest = await readManifest(layout, change.to);
    await stopWithHooks(ctx, name, await oldManifest(ctx, name, change.from));
    ctx.failpoint("switch:stopped");
    const call = { manifest, previousVersion: change.from };
    await requireHook(ctx, "afterInstall", call);
    await startOnTrial(ctx, call);
    hooks.onPhase("watching");
    await watchStart(ctx, manifest, hooks.signal);
    ctx.failpoint("switch:watched");
    await commit(ctx, name, change);
  } catch (error) {
    if (hooks.signal.aborted) throw error;
    const { reason, message } = toChangeError(error);
    await rollBack(ctx, name, change, { reason, message, version: change.to });
  }
}

async function oldManifest(ctx: AgentContext, name: string, version: string | null) {
  if (version === null) return null;
  return await readManifest(ctx.layout.agent(name), version).catch(() => null);
}

async function commit(ctx: AgentContext, name: string, change: PendingChange): Promise<void> {
  const run = await readRun(ctx, name);
  const trial = run && { version: change.to, bootId: run.bootId, startTicks: run.startTicks };
  await updateRecord(ctx.layout.agent(name), {
    change: null,
    trial,
    previous: change.from,
    releaseId: change.releaseId,
    failure: null,
  });
  ctx.failpoint("switch:committed");
  ctx.log.info("switched", { agent: name, from: change.from, to: change.to });
}

/** Leaves a version that has turned out bad after its commit: back to the one before, or, without one, to none. */
export async function backOut(ctx: AgentContext, name: string, failure: Failure): Promise<void> {
  const layout = ctx.layout.agent(name);
  const { previous, releaseId } = await readRecord(layout);
  const to = await readCurrent(layout);
  if (to === null || releaseId === null) return;
  const from = previous === to ? null : previous;
  await rollBack(ctx, name, { from, to, releaseId, attempts: 0, rollingBack: null }, failure);
}

export async function resumeRollback(ctx: AgentContext, name: string): Promise<void> {
  const { change } = await readRecord(ctx.layout.agent(name));
  if (change?.rollingBack) await rollBack(ctx, name, change, change.rollingBack);
}

/** Back to the version before, and never again to this one until a later release wants it. */
export async function rollBack(
  ctx: AgentContext,
  name: string,
  change: PendingChange,
  failure: Failure,
): Promise<void> {
  const layout = ctx.layout.agent(name);
  ctx.log.error("the version failed and is rolled back", {
    agent: name,
    version: change.to,
    reason: failure.reason,
    error: failure.message,
  });
  await updateRecord(layout, { change: { ...change, rollingBack: failure } });
  ctx.failpoint("rollback:journalled");
  await stopWithHooks(ctx, name, await oldManifest(ctx, name, change.to));
  ctx.failpoint("rollback:stopped");
  const restored = await restoreCurrent(ctx, name, change);
  ctx.failpoint("rollback:flipped");
  const record = await readRecord(layout);
  const told = restored ? failure : nothingToGoBackTo(change, failure);
  const put = await updateRecord(layout, {
    change: null,
    trial: null,
    previous: record.previous === change.from ? null : record.previous,
    failure: told,
    quarantine: quarantineWith(record, change, told),
  });
  ctx.failpoint("rollback:recorded");
  const old = await oldManifest(ctx, name, restored ? change.from : null);
  if (old === null) return;
  const previousVersion = previousVersionOf(put, old.version);
  await startPutBack(ctx, { manifest: old, previousVersion });
}

function nothingToGoBackTo({ from, to }: PendingChange, failure: Failure): Failure {
  const message = `${failure.message.slice(0, 700)} (${failure.reason}); the version before, ${from}, is gone from the disk, so nothing runs`;
  return { reason: "rollback_unavailable", message, version: to };
}

/** False when the version to go back to is missing: then the link is taken away rather than left dangling. */
async function restoreCurrent(
  ctx: AgentContext,
  name: string,
  change: PendingChange,
): Promise<boolean> {
  const layout = ctx.layout.agent(name);
  if (change.from !== null) {
    try {
      await flipCurrent(layout, change.from);
      return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  await removeCurrent(layout);
  return change.from === null;
}

function quarantineWith(
  record: AgentRecord,
  change: PendingChange,
  failure: Failure,
): AgentRecord["quarantine"] {
  const others = record.quarantine.filter((one) => one.version !== change.to);
  return [...others, { version: change.to, releaseId: change.releaseId, failure }].slice(
    -quarantineMax,
  );
}
