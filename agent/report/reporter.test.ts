import assert from "node:assert/strict";
import type { AgentState } from "@contract/agent-state.ts";
import type { MachineFacts } from "@contract/machine-facts.ts";
import { ReportRequest } from "@contract/report.ts";
import type { Clock } from "../platform/clock.ts";
import { MasterError } from "../poll/master-error.ts";
import type { MasterSession } from "../poll/master-session.ts";
import { createContext } from "../testing/create-context.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { Reporter } from "./reporter.ts";

const facts: MachineFacts = {
  ...{ hostname: "one", platform: "linux-x64", machineType: "vm", kernel: "6.1", addresses: [] },
  ...{ labels: {} },
} as unknown as MachineFacts;

function stateOf(phase: AgentState["phase"]): AgentState {
  return {
    ...{ name: "sample", phase, version: "1.0.0", targetVersion: null, releaseId: 1, pid: null },
    ...{ startedAtMs: null, restarts: 0, cpuPercent: null, rssBytes: null },
    ...{ downloadPercent: null, failure: null },
  };
}

/** What the master was told, report by report, and a reporter on states that the test sets. */
async function createStage(clock?: Clock) {
  const ctx = await createContext(clock === undefined ? {} : { clock });
  const reports: ReportRequest[] = [];
  let status = 202;
  let refusal: MasterError | null = null;
  const session = {
    request: (_path: string, { body }: { body: string }) => {
      stage.onReport();
      if (refusal !== null) return Promise.reject(refusal);
      reports.push(ReportRequest.omit({ facts: true }).parse(JSON.parse(body)) as ReportRequest);
      return Promise.resolve({ status, headers: new Headers(), body: new Uint8Array() });
    },
  } as unknown as MasterSession;
  const stage = {
    reports,
    states: [stateOf("running")] as AgentState[],
    onReport: () => {},
    answer(next: number) {
      status = next;
    },
    refuse(error: MasterError | null) {
      refusal = error;
    },
    [Symbol.asyncDispose]: () => ctx[Symbol.asyncDispose](),
  };
  const reporter = new Reporter(ctx, session, {
    states: () => stage.states,
    facts: () => facts,
    trust: () => undefined,
  });
  return { ...stage, stage, reporter };
}

Deno.test("a removal is told once the machine was read again, if a report comes between", async () => {
  await using made = await createStage();
  const { stage, reporter, reports } = made;
  await reporter.sendIfNeeded();
  stage.states = [stateOf("removing")];
  reporter.noteRemoved("sample");
  await reporter.sendIfNeeded();
  assert.deepEqual(reports.at(-1)!.removed, []);
  stage.states = [];
  await reporter.sendIfNeeded();
  assert.deepEqual(reports.at(-1)!.removed, ["sample"]);
  assert.ok(await reporter.sendIfNeeded());
  assert.equal(reports.length, 3);
});

Deno.test("a removal is told again until the master has taken it", async () => {
  await using made = await createStage();
  const { stage, reporter, reports } = made;
  await reporter.sendIfNeeded();
  stage.states = [];
  reporter.noteRemoved("sample");
  stage.answer(503);
  assert.ok(!(await reporter.sendIfNeeded()));
  stage.answer(202);
  assert.ok(await reporter.sendIfNeeded());
  assert.deepEqual(
    reports.map((report) => report.removed),
    [[], ["sample"], ["sample"]],
  );
});

for (const { first, askedMs, leastMs, mostMs } of [
  { first: false, askedMs: 120_000, leastMs: 120_000, mostMs: 133_000 },
  { first: true, askedMs: 240_000, leastMs: 60_000, mostMs: 67_000 },
])
  Deno.test(`a report that is refused waits as it is told, whatever is new${first ? "; the first one of a run a minute at most" : ""}`, async () => {
    const clock = new FakeClock();
    await using made = await createStage(clock);
    const { stage, reporter, reports } = made;
    if (!first) await reporter.sendIfNeeded();
    stage.states = [stateOf("removing")];
    stage.refuse(new MasterError("refused", "busy", 503, "unavailable", askedMs));
    const askedAtMs: number[] = [];
    const stop = new AbortController();
    stage.onReport = () => {
      askedAtMs.push(clock.monotonicMs());
      reporter.wake();
      if (askedAtMs.length === 2) stage.refuse(null);
      if (askedAtMs.length === 2) stop.abort();
    };
    reporter.open();
    await reporter.run(stop.signal);
    const waitedMs = askedAtMs[1]! - askedAtMs[0]!;
    assert.ok(waitedMs >= leastMs && waitedMs <= mostMs, `${waitedMs} ms`);
    assert.equal(reports.length, first ? 1 : 2);
  });
