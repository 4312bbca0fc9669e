import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { readManifest } from "../install/read-manifest.ts";
import { backOut } from "../install/switch-version.ts";
import { readRecord } from "../plan/agent-record.ts";
import type { Step } from "../plan/step.ts";
import { logTail } from "../supervise/log-tail.ts";

/** Leaves a version after its commit. One that crashes is better than none at all, one that eats the machine is not. */
export async function leaveVersion(
  { ctx }: { ctx: AgentContext },
  { name, version, reason, because }: Extract<Step, { kind: "backOut" }>,
): Promise<void> {
  const layout = ctx.layout.agent(name);
  const { previous } = await readRecord(layout);
  if (reason !== "over_budget" && previous !== null) {
    await readManifest(layout, previous).catch(() => {
      const message = `${because}, and version ${previous}, to go back to, is missing or damaged`;
      throw new ChangeError("rollback_unavailable", message);
    });
  }
  const tail = reason === "crash_loop" ? await logTail(layout.log) : "";
  const message = `${because}${tail && `; its log ends: ${tail}`}`;
  await backOut(ctx, name, { reason, message, version });
}
