import type { AgentContext } from "../context.ts";
import { attemptHook } from "../hooks/require-hook.ts";
import { stopWithHooks } from "../hooks/stop-with-hooks.ts";
import { readRecord } from "../plan/agent-record.ts";
import { previousVersionOf } from "../plan/previous-version.ts";
import { isNotFound, removeAll, syncDir } from "../platform/durable-file.ts";
import { readCurrent } from "./current-link.ts";
import { readManifest } from "./read-manifest.ts";

/** Stops the agent and takes away everything of it: one rename makes it gone, then the trash is emptied. */
export async function removeAgent(ctx: AgentContext, name: string): Promise<void> {
  const layout = ctx.layout.agent(name);
  const current = await readCurrent(layout);
  const manifest = current === null ? null : await readManifest(layout, current).catch(() => null);
  const record = await readRecord(layout);
  const call = manifest && {
    manifest,
    previousVersion: previousVersionOf(record, manifest.version),
  };
  if (call) await attemptHook(ctx, "beforeUninstall", call);
  await stopWithHooks(ctx, name, manifest);
  ctx.failpoint("uninstall:stopped");
  // The last that is done before the agent is gone: an interrupted uninstall begins anew, hooks included.
  if (call) await attemptHook(ctx, "afterUninstall", call);
  await Deno.rename(layout.dir, `${ctx.layout.trash}/${name}.${crypto.randomUUID()}`);
  await syncDir(ctx.layout.agents);
  ctx.failpoint("uninstall:renamed");
  await emptyTrash(ctx);
  ctx.log.info("agent uninstalled", { agent: name });
}

/** Also run at start, for what an interrupted removal left. */
export async function emptyTrash(ctx: AgentContext): Promise<void> {
  try {
    for await (const entry of Deno.readDir(ctx.layout.trash)) {
      await removeAll(`${ctx.layout.trash}/${entry.name}`);
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
