import { z } from "zod";
import { AgentState } from "./agent-state.ts";
import { MachineFacts } from "./machine-facts.ts";
import { AgentVersion } from "./names.ts";
import { trustRefusals, trustSubjects } from "./verify-refusal.ts";

/** Hex, 32 digits: names a machine's set of agent states. See stateDigestText. */
export const StateDigest = z.string().regex(/^[0-9a-f]{32}$/);

/** What a machine believes, and why nothing may change on it, if that is so. */
export const TrustReport = z.object({
  /** 0: it has no root document. */
  rootVersion: z.number().int().nonnegative(),
  /** Hex sha256 of the root's statement; "": it has none. */
  rootFingerprint: z.string().max(64),
  rootExpiresAtMs: z.number().int().nonnegative(),
  /** Of the newest freshness statement that it took. */
  freshnessSequence: z.number().int().nonnegative(),
  problem: z
    .object({
      refusal: z.enum(trustRefusals),
      what: z.enum(trustSubjects),
      message: z.string().max(500),
    })
    .nullable(),
});
export type TrustReport = z.infer<typeof TrustReport>;

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
  /** Absent: this ifrit-agent checks no signatures. */
  trust: TrustReport.optional(),
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
