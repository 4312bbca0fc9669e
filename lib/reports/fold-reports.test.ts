import { expect, test } from "vitest";
import type { ReportRequest } from "../contract/report.ts";
import { agentState, reportRequest } from "../testing/sample-machine.ts";
import { foldReports } from "./fold-reports.ts";
import type { ReportEntry } from "./report-entry.ts";

const entry = (report: ReportRequest): ReportEntry => ({
  ...{ machineId: "m-1", clusterId: "c1", type: "LINUX", slot: 1 },
  receivedAtMs: 1_000 + report.sequence,
  report,
});
const log = agentState({ name: "log-agent" });
const monitor = agentState({ name: "monitor-agent" });

test("foldReports() says nothing of reports that were stored before", () => {
  expect(foldReports([entry(reportRequest(3, [log]))], 3)).toBeNull();
  expect(foldReports([], 0)).toBeNull();
});

test("reports count in the order of their sequences, whatever order they come in", () => {
  const older = entry(
    reportRequest(4, [agentState({ phase: "downloading" })], { kind: "changed" }),
  );
  const newer = entry(reportRequest(5, [agentState({ phase: "running" })], { kind: "changed" }));
  const folded = foldReports([newer, older], 3)!;
  expect([folded.sequence, folded.full, folded.agents.get("log-agent")?.phase]).toEqual([
    5,
    false,
    "running",
  ]);
});

test("a full report replaces all that was said before it", () => {
  const before = entry(reportRequest(1, [monitor], { kind: "changed", removed: ["old-agent"] }));
  const full = entry(reportRequest(2, [log]));
  const folded = foldReports([before, full], 0)!;
  expect(folded.full).toBe(true);
  expect([...folded.agents.keys()]).toEqual(["log-agent"]);
  expect(folded.removed.size).toBe(0);
});

test("an agent that was removed and came back is there; the other way round it is gone", () => {
  const removed = reportRequest(1, [], { kind: "changed", removed: ["log-agent"] });
  const back = reportRequest(2, [log], { kind: "changed" });
  expect([...foldReports([entry(removed), entry(back)], 0)!.agents.keys()]).toEqual(["log-agent"]);
  const swapped = [entry({ ...back, sequence: 1 }), entry({ ...removed, sequence: 2 })];
  expect([...foldReports(swapped, 0)!.removed]).toEqual(["log-agent"]);
});
