import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { forgetNote, requireHook } from "../hooks/require-hook.ts";
import { readManifest } from "../install/read-manifest.ts";
import type { AgentLayout } from "../layout.ts";
import type { Step } from "../plan/step.ts";
import { requireIdentity } from "../supervise/run-identity.ts";

/** What may refuse the switch before anything that runs is touched. True when it took a hook to find out. */
export async function prepareSwitch(
  ctx: AgentContext,
  { name, from, to }: Extract<Step, { kind: "switch" }>,
): Promise<boolean> {
  const layout = ctx.layout.agent(name);
  await forgetNote(ctx, name);
  if (from !== null) await requireWayBack(layout, from);
  const manifest = await readManifest(layout, to);
  await requireIdentity(ctx, manifest);
  if (manifest.hooks?.beforeInstall === undefined) return false;
  await requireHook(ctx, "beforeInstall", { manifest, previousVersion: from });
  return true;
}

async function requireWayBack(layout: AgentLayout, from: string): Promise<void> {
  await readManifest(layout, from).catch(() => {
    const message = `version ${from} could not be put back if the new one failed: its manifest is damaged; the switch waits for its repair`;
    throw new ChangeError("rollback_unavailable", message);
  });
}
