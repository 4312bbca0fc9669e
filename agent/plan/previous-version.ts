import type { AgentRecord } from "./agent-record.ts";

/** The version that was current before this one; null when there was none. */
export function previousVersionOf(
  { change, previous }: Pick<AgentRecord, "change" | "previous">,
  version: string,
): string | null {
  if (change?.to === version) return change.from;
  return previous === version ? null : previous;
}
