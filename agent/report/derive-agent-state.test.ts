import assert from "node:assert/strict";
import type { AgentState } from "@contract/agent-state.ts";
import type { DesiredAgent } from "@contract/desired-state.ts";
import type { ActualAgent, InstalledVersion } from "../plan/actual-agent.ts";
import { emptyActual } from "../plan/actual-agent.ts";
import {
  type AgentRecord,
  emptyRecord,
  type Failure,
  type PendingChange,
} from "../plan/agent-record.ts";
import type { RunRecord } from "../plan/run-record.ts";
import { deriveAgentState, type Observed } from "./derive-agent-state.ts";

const one: InstalledVersion = { version: "1.0.0", sha256: "1".repeat(64) };
const two: InstalledVersion = { version: "2.0.0", sha256: "2".repeat(64) };

function runOf(version: string): RunRecord {
  const counts = { restarts: 0, crashes: 0 };
  const process = { pid: 100, startTicks: 5, bootId: "boot", startedAtMs: 0 };
  return { schema: 1, ...process, version, ...counts };
}

function wanted({ version, sha256 }: InstalledVersion, releaseId: number): DesiredAgent {
  const packages = { "linux-x64": { sha256, size: 10 } };
  const scope = { releasedAtMs: 0, scope: "default" } as const;
  return { want: "present", name: "log", version, releaseId, ...scope, packages };
}

function record(change: Partial<AgentRecord> = {}): AgentRecord {
  return { ...emptyRecord, releaseId: 1, ...change };
}

/** 1.0.0 runs and is wanted, but for what is given. */
function derived(actual: Partial<ActualAgent>, rest: Partial<Observed> = {}): AgentState | null {
  return deriveAgentState({
    actual: {
      ...{ name: "log", onDisk: true, current: one, installed: [one], alive: true },
      ...{ record: record(), run: runOf("1.0.0") },
      ...actual,
    },
    ...{ desired: wanted(one, 1), platform: "linux-x64", activity: null },
    ...{ sample: null, unwrittenFailure: null },
    ...rest,
  });
}

const failure: Failure = { reason: "exited_early", message: "it ended", version: "2.0.0" };
const change: PendingChange = {
  ...{ from: "1.0.0", to: "2.0.0", releaseId: 2, attempts: 1, rollingBack: null },
};

interface Row {
  what: string;
  actual: Partial<ActualAgent>;
  rest?: Partial<Observed>;
  expected: Partial<AgentState> | null;
}

const rows: Row[] = [
  {
    what: "runs what it should",
    actual: {},
    expected: { phase: "running", version: "1.0.0", releaseId: 1, pid: 100 },
  },
  {
    what: "waits for its change",
    actual: {},
    rest: { desired: wanted(two, 2) },
    expected: { phase: "pending", version: "1.0.0", targetVersion: "2.0.0", releaseId: 2 },
  },
  {
    what: "was interrupted after `current` moved, and the old process still runs",
    actual: { current: two, record: record({ change }) },
    rest: { desired: wanted(two, 2) },
    expected: { phase: "switching", releaseId: 2 },
  },
  {
    what: "was interrupted while the new process was watched",
    actual: { current: two, run: runOf("2.0.0"), record: record({ change }) },
    rest: { desired: wanted(two, 2) },
    expected: { phase: "switching", releaseId: 2 },
  },
  {
    what: "is on its way back",
    actual: {
      ...{ current: two, run: runOf("2.0.0") },
      record: record({ change: { ...change, rollingBack: failure } }),
    },
    rest: { desired: wanted(two, 2) },
    expected: { phase: "switching", releaseId: 2 },
  },
  {
    what: "has a process of another version than the one in place",
    actual: { current: two, record: record({ releaseId: 2 }) },
    rest: { desired: wanted(two, 2) },
    expected: { phase: "switching", version: "2.0.0", releaseId: 2 },
  },
  {
    what: "failed, and was put back",
    actual: {
      record: record({ failure, quarantine: [{ version: "2.0.0", releaseId: 2, failure }] }),
    },
    rest: { desired: wanted(two, 2) },
    expected: { phase: "failed", version: "1.0.0", targetVersion: "2.0.0", failure },
  },
  {
    what: "exited and is to be started again",
    actual: { alive: false },
    expected: { phase: "backoff", pid: null },
  },
  {
    what: "has no package for this platform",
    actual: emptyActual("log", emptyRecord),
    rest: { desired: { ...wanted(one, 1), packages: {} } as DesiredAgent },
    expected: { phase: "notEligible", version: null, releaseId: 1 },
  },
  {
    what: "is neither here nor wanted",
    actual: emptyActual("log", emptyRecord),
    rest: { desired: null },
    expected: null,
  },
];

for (const { what, actual, rest, expected } of rows) {
  Deno.test(`deriveAgentState() of one that ${what}`, () => {
    const state = derived(actual, rest);
    if (expected === null || state === null) return assert.equal(state, expected);
    const seen = Object.fromEntries(
      Object.keys(expected).map((key) => [key, state[key as keyof AgentState]]),
    );
    assert.deepEqual(seen, expected);
  });
}
