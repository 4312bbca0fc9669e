import type { HookName } from "@contract/package-manifest.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { readRecord, updateRecord } from "../plan/agent-record.ts";
import { type HookCall, runHook } from "./run-hook.ts";

/** Runs a hook that decides over its step: throws when it fails, unless the package lets it. */
export async function requireHook(
  ctx: AgentContext,
  hook: HookName,
  call: HookCall,
): Promise<void> {
  const failure = await runHook(ctx, hook, call);
  if (failure === null) return;
  const spec = call.manifest.hooks?.[hook];
  const mayFail = spec !== undefined && "onFailure" in spec && spec.onFailure === "continue";
  if (!mayFail) throw new ChangeError("hook_failed", failure.message);
  await updateRecord(ctx.layout.agent(call.manifest.name), { note: failure });
}

/** Runs a hook whose failure is only reported. */
export async function attemptHook(
  ctx: AgentContext,
  hook: HookName,
  call: HookCall,
): Promise<void> {
  const failure = await runHook(ctx, hook, call);
  if (failure === null) return;
  await updateRecord(ctx.layout.agent(call.manifest.name), { note: failure }).catch(() => {
    // A full disk must not hold up what the hook itself may not hold up; the log has it.
  });
}

/** A new attempt begins: what an earlier hook did wrong is no news any more. */
export async function forgetNote(ctx: AgentContext, name: string): Promise<void> {
  const layout = ctx.layout.agent(name);
  if ((await readRecord(layout)).note != null) await updateRecord(layout, { note: null });
}
