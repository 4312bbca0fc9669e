import type { PackageManifest } from "@contract/package-manifest.ts";
import { oomKillText } from "../cgroup/parse-usage.ts";
import type { AgentContext } from "../context.ts";
import { forgetNote } from "../hooks/require-hook.ts";
import type { HookCall } from "../hooks/run-hook.ts";
import { finishStart, startInPlace } from "../hooks/start-with-hooks.ts";
import { stopWithHooks } from "../hooks/stop-with-hooks.ts";
import { readCurrent } from "../install/current-link.ts";
import { readManifest } from "../install/read-manifest.ts";
import { readRecord, updateRecord } from "../plan/agent-record.ts";
import { previousVersionOf } from "../plan/previous-version.ts";
import type { RestartCounts } from "../supervise/supervision.ts";

/** Starts the version in place, whatever is left of its last run. */
export async function startAgain(
  ctx: AgentContext,
  name: string,
  ended: RestartCounts | null,
): Promise<void> {
  const manifest = await currentManifest(ctx, name);
  if (manifest === null) return;
  await noteOomKill(ctx, name, manifest.version);
  // Children that outlived their parent still hold its ports and files.
  await stopWithHooks(ctx, name, manifest);
  const counts = ended?.version === manifest.version ? ended : { restarts: 0, crashes: 0 };
  const { restarts, crashes } = counts;
  await startInPlace(ctx, await callOf(ctx, manifest), { restarts, crashes });
}

/** The hook afterStart of a start during which ifrit-agent ended. */
export async function finishInterruptedStart(ctx: AgentContext, name: string): Promise<void> {
  const manifest = await currentManifest(ctx, name);
  if (manifest !== null) await finishStart(ctx, await callOf(ctx, manifest));
}

async function currentManifest(ctx: AgentContext, name: string): Promise<PackageManifest | null> {
  const layout = ctx.layout.agent(name);
  const version = await readCurrent(layout);
  return version === null ? null : await readManifest(layout, version);
}

async function callOf(ctx: AgentContext, manifest: PackageManifest): Promise<HookCall> {
  const record = await readRecord(ctx.layout.agent(manifest.name));
  return { manifest, previousVersion: previousVersionOf(record, manifest.version) };
}

/** The next start takes the group with its counters away. */
async function noteOomKill(ctx: AgentContext, name: string, version: string): Promise<void> {
  await forgetNote(ctx, name);
  const kill = (await ctx.cgroups?.oomKills([name]))?.get(name);
  if (kill === undefined) return;
  const message = oomKillText(kill);
  ctx.log.warn("the kernel has killed the agent", { agent: name, version, because: message });
  const note = { reason: "over_budget" as const, message, version };
  await updateRecord(ctx.layout.agent(name), { note }).catch(() => {});
}
