import { z } from "zod";
import { AgentState } from "./agent-state.ts";
import { MachineFacts } from "./machine-facts.ts";
import { AgentVersion } from "./names.ts";

/** Hex, 32 digits: names a machine's set of agent states. See stateDigestText. */
export const StateDigest = z.string().regex(/^[0-9a-f]{32}$/);

/**
 * POST /api/agent/v1/report. Acknowledged with 202 once it is stored; re-sent until then.
 * Reports of one machine carry increasing sequences, so a late or doubled one changes nothing.
 */
export const ReportRequest = z.object({
  schema: z.literal(1),
  /** Increases with every report of this machine, also across restarts. */
  sequence: z.number().int().positive(),
  /** full: agents that are not listed are gone from the machine. changed: only those that changed. */
  kind: z.enum(["full", "changed"]),
  ifritAgentVersion: AgentVersion,
  stateDigest: StateDigest,
  agents: z.array(AgentState).max(500),
  /** Agents that were uninstalled since the last report. */
  removed: z.array(z.string().max(63)).max(500).default([]),
  facts: MachineFacts.optional(),
});
export type ReportRequest = z.infer<typeof ReportRequest>;

/**
 * The text whose sha256, cut to 32 hex digits, is the state digest: what an operator would call a
 * change. Samples, pids and restart counts are left out, so a steady machine has a steady digest.
 */
export function stateDigestText(agents: readonly AgentState[]): string {
  return agents
    .map((agent) =>
      [
        agent.name,
        agent.phase,
        agent.version ?? "",
        agent.targetVersion ?? "",
        agent.releaseId ?? "",
        agent.failure?.reason ?? "",
        agent.failure?.version ?? "",
      ].join(" "),
    )
    .sort()
    .join("\n");
}
