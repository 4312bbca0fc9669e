import type { AgentPhase } from "../../../lib/contract/agent-state.ts";
import { Latencies } from "./latencies.ts";

/** What a fleet did since its start. */
export type Tally = {
  checkIns: number;
  notModified: number;
  documents: number;
  blocked: number;
  reports: number;
  tokens: number;
  enrolled: number;
  downloads: number;
  /** By problem code; "no_answer" where there was none. */
  errors: Record<string, number>;
  /** How often agents came into a phase. */
  entered: Partial<Record<AgentPhase, number>>;
  /** How often agents were uninstalled. */
  removed: number;
  latencies: Latencies;
};

export function newTally(): Tally {
  return {
    checkIns: 0,
    notModified: 0,
    documents: 0,
    blocked: 0,
    reports: 0,
    tokens: 0,
    enrolled: 0,
    downloads: 0,
    errors: {},
    entered: {},
    removed: 0,
    latencies: new Latencies(),
  };
}

export function countError(tally: Tally, code: string): void {
  tally.errors[code] = (tally.errors[code] ?? 0) + 1;
}
