import type { AgentContext } from "../context.ts";
import { type Failure, readRecord, updateRecord } from "../plan/agent-record.ts";
import { ignoreNotFound, readTextOrNull } from "../platform/durable-file.ts";
import { selfName } from "../version.ts";

export interface Verdict {
  committed: boolean;
  version: string;
  reason: string;
}

export function parseVerdict(text: string): Verdict | null {
  const found = /^(committed|rolledBack) (\S+)\n?([\s\S]*)$/.exec(text);
  if (found === null) return null;
  const [, word, version = "", reason = ""] = found;
  return { committed: word === "committed", version, reason: reason.trim() };
}

/** Takes over into the record what the guard found out about a version of ifrit-agent. */
export async function settleVerdict(ctx: AgentContext): Promise<void> {
  const layout = ctx.layout.agent(selfName);
  const { change, quarantine } = await readRecord(layout);
  const verdict = parseVerdict((await readTextOrNull(ctx.layout.self.verdict)) ?? "");
  if (change !== null && verdict?.version === change.to) {
    const failure: Failure = {
      reason: "start_failed",
      message: verdict.reason.slice(0, 1000),
      version: change.to,
    };
    const others = quarantine.filter((one) => one.version !== change.to);
    const refused = { version: change.to, releaseId: change.releaseId, failure };
    await updateRecord(
      layout,
      verdict.committed
        ? { change: null, previous: change.from, releaseId: change.releaseId, failure: null }
        : { change: null, failure, quarantine: [...others, refused] },
    );
    ctx.log.info("the guard has decided", {
      version: change.to,
      committed: verdict.committed,
      reason: verdict.reason,
    });
  } else if (change !== null && (await readTextOrNull(ctx.layout.self.trial)) === null) {
    // We ended between writing the record and the order: the guard never heard of it.
    await updateRecord(layout, { change: null });
  }
  await Deno.remove(ctx.layout.self.verdict).catch(ignoreNotFound);
}
