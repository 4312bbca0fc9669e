import type { AgentContext } from "../context.ts";
import { readCurrent } from "../install/current-link.ts";
import { updateRecord } from "../plan/agent-record.ts";
import { writeDurably } from "../platform/durable-file.ts";
import { selfName } from "../version.ts";

/** ifrit-agent ends with this exit code when its guard is to try another version. */
export const handOverExitCode = 20;

/** Writes down what is tried, for the ifrit-agent after us, and then the order to the guard. */
export async function handOver(ctx: AgentContext, to: string, releaseId: number): Promise<void> {
  const layout = ctx.layout.agent(selfName);
  const from = await readCurrent(layout);
  const change = { from, to, releaseId, attempts: 0, rollingBack: null };
  await updateRecord(layout, { change, failure: null });
  ctx.failpoint("self:journalled");
  await writeDurably(ctx.layout.self.trial, `${to}\n`, 0o600);
  ctx.failpoint("self:ordered");
  ctx.log.info("the guard is to try another version of ifrit-agent", { version: to });
}
