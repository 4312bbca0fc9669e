import type { HookName, PackageManifest } from "@contract/package-manifest.ts";
import { limitsOf } from "../cgroup/limits.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import type { Failure } from "../plan/agent-record.ts";
import { errorText } from "../platform/log.ts";
import { type CommandResult, runCommand } from "../supervise/run-command.ts";
import { payloadDir, resolveCommand } from "../supervise/run-environment.ts";
import { identityOf, prepareFolders } from "../supervise/run-identity.ts";
import { endLeftHooks, hookGroup } from "./end-left-hooks.ts";
import { hookEnvironment } from "./hook-environment.ts";

const loggedCharactersMax = 2000;
const reportedCharactersMax = 600;

export interface HookCall {
  manifest: PackageManifest;
  /** The version that was current before this one; null on a first install. */
  previousVersion: string | null;
}

/**
 * Runs a hook of the version, if it has one, and gives its failure. Whatever the hook leaves running is
 * ended with it; what an ifrit-agent before us left of this agent's hooks is ended first, so that two
 * never run at once. Throws only when ifrit-agent itself is ending.
 */
export async function runHook(
  ctx: AgentContext,
  hook: HookName,
  call: HookCall,
): Promise<Failure | null> {
  const { manifest } = call;
  if (manifest.hooks?.[hook] === undefined) return null;
  const beganMs = ctx.clock.monotonicMs();
  const result = await execute(ctx, hook, call).catch(notStarted);
  ctx.stopSignal.throwIfAborted();
  const { name, version } = manifest;
  ctx.log[result.success ? "info" : "warn"]("hook ended", {
    ...{ agent: name, version, hook, outcome: result.outcome },
    ms: Math.round(ctx.clock.monotonicMs() - beganMs),
    output: oneLine(result.output, loggedCharactersMax),
  });
  if (result.success) return null;
  const tail = oneLine(result.output, reportedCharactersMax);
  const message = `the hook ${hook} of ${version} failed, ${result.outcome}${tail && `: ${tail}`}`;
  return { reason: "hook_failed", message, version };
}

async function execute(ctx: AgentContext, hook: HookName, call: HookCall): Promise<CommandResult> {
  const { manifest } = call;
  const spec = manifest.hooks![hook]!;
  const { name, version } = manifest;
  await endLeftHooks(ctx, name);
  const identity = await identityOf(manifest.run);
  await prepareFolders(ctx, name, identity);
  return await runCommand(ctx, {
    command: resolveCommand(spec.command, payloadDir(ctx, name, version)),
    env: hookEnvironment(ctx, hook, call),
    cwd: ctx.layout.agent(name).data,
    timeoutMs: spec.timeoutSeconds * 1000,
    identity: spec.runAs === "ifrit-agent" ? null : identity,
    cgroup: (await ctx.cgroups?.create(hookGroup(name), limitsOf(manifest.budget))) ?? null,
    signal: ctx.stopSignal,
    onEnded: () => endLeftHooks(ctx, name),
  });
}

function notStarted(error: unknown): CommandResult {
  const reason = error instanceof ChangeError ? error.reason : "internal";
  return { success: false, outcome: `it could not be run (${reason})`, output: errorText(error) };
}

function oneLine(text: string, charactersMax: number): string {
  return text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(-charactersMax);
}
