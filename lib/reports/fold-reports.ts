import type { AgentState } from "../contract/agent-state.ts";
import type { MachineFacts } from "../contract/machine-facts.ts";
import type { TrustReport } from "../contract/report.ts";
import type { ReportEntry } from "./report-entry.ts";

/** Everything that a machine's waiting reports amount to. */
export type FoldedReport = {
  machineId: string;
  /** Of the newest report. */
  sequence: number;
  receivedAtMs: number;
  stateDigest: string;
  ifritAgentVersion: string;
  facts: MachineFacts | undefined;
  /** Of the newest report; undefined: that ifrit-agent checks no signatures. */
  trust: TrustReport | undefined;
  /** true: agents that are not in `agents` are gone from the machine. */
  full: boolean;
  agents: Map<string, AgentState>;
  /** Agents that are gone, when not full. */
  removed: Set<string>;
};

/**
 * Folds a machine's reports, in the order of their sequences, into one. Those that were stored
 * before (sequence up to `storedSequence`) say nothing new. null: nothing is new.
 */
export function foldReports(
  entries: readonly ReportEntry[],
  storedSequence: number,
): FoldedReport | null {
  const fresh = entries
    .filter((entry) => entry.report.sequence > storedSequence)
    .sort((a, b) => a.report.sequence - b.report.sequence);
  const newest = fresh.at(-1);
  if (!newest) return null;
  const folded: FoldedReport = {
    machineId: newest.machineId,
    sequence: newest.report.sequence,
    receivedAtMs: newest.receivedAtMs,
    stateDigest: newest.report.stateDigest,
    ifritAgentVersion: newest.report.ifritAgentVersion,
    facts: undefined,
    trust: newest.report.trust,
    full: false,
    agents: new Map(),
    removed: new Set(),
  };
  for (const { report } of fresh) {
    if (report.kind === "full") {
      folded.full = true;
      folded.agents.clear();
      folded.removed.clear();
    }
    for (const name of report.removed) {
      folded.agents.delete(name);
      folded.removed.add(name);
    }
    for (const agent of report.agents) {
      folded.agents.set(agent.name, agent);
      folded.removed.delete(agent.name);
    }
    folded.facts = report.facts ?? folded.facts;
  }
  return folded;
}
