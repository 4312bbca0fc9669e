import type { PackageManifest } from "@contract/package-manifest.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { readRun } from "../plan/run-record.ts";
import type { SignalName } from "../platform/process-table.ts";
import { membersOf } from "./members.ts";

const killTimeoutMs = 10_000;

/** Asks every process of the agent to end, kills those that have not by the deadline, and sees that none is left. */
export async function stopAgent(
  ctx: AgentContext,
  name: string,
  stop: PackageManifest["stop"] = { signal: "SIGTERM", timeoutSeconds: 10 },
): Promise<void> {
  const signal = stop.signal.replace("SIG", "") as SignalName;
  if (!(await endMembers(ctx, name, signal, stop.timeoutSeconds * 1000, false))) {
    ctx.log.warn("the agent did not stop in time and is killed", { agent: name });
    await ctx.cgroups?.kill(name);
    if (!(await endMembers(ctx, name, "KILL", killTimeoutMs, true)))
      throw new ChangeError("stop_failed", `processes of ${name} survive SIGKILL`);
  }
  await ctx.cgroups?.remove(name);
}

/** True once no process is left. "repeat" signals on each look, for processes that fork meanwhile. */
async function endMembers(
  ctx: AgentContext,
  name: string,
  signal: SignalName,
  timeoutMs: number,
  repeat: boolean,
): Promise<boolean> {
  const run = await readRun(ctx, name);
  const deadlineMs = ctx.clock.monotonicMs() + timeoutMs;
  const signalled = new Set<string>();
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 250)) {
    const members = await membersOf(ctx, name, run);
    if (members.length === 0) return true;
    const fresh = members.filter((one) => repeat || !signalled.has(`${one.pid}:${one.startTicks}`));
    await ctx.processes.signal(signal, fresh);
    for (const one of fresh) signalled.add(`${one.pid}:${one.startTicks}`);
    if (ctx.clock.monotonicMs() >= deadlineMs) return false;
    await ctx.clock.sleep(waitMs);
  }
}
