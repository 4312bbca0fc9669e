import { describe, expect, it } from "vitest";
import { bindingMark, groupMarks, type MarkedVersion, markSentence, markValues } from "./marks.ts";

const mark = (changed: Partial<MarkedVersion> = {}): MarkedVersion => ({
  ...{ id: 1, agentName: "log-agent", version: "1.4.0", clusterId: null, reason: "eats memory" },
  ...{ cause: "person", releaseId: null, markedBy: "li", markedAtMs: 1000, ...changed },
});

describe("bindingMark()", () => {
  it("takes marks of all clusters and of this one, the oldest first", () => {
    expect(bindingMark([], "bj")).toBeNull();
    expect(bindingMark([mark({ clusterId: "sh" })], "bj")).toBeNull();
    const older = mark({ id: 2, clusterId: "bj", markedAtMs: 500 });
    expect(bindingMark([mark(), older], "bj")).toBe(older);
    expect(bindingMark([mark(), older], "sh")?.id).toBe(1);
  });
});

describe("groupMarks()", () => {
  it("keeps all marks of a version together", () => {
    const marks = groupMarks([mark(), mark({ id: 2 }), mark({ id: 3, version: "1.5.0" })]);
    expect([...marks].map(([key, of]) => [key, of.length])).toEqual([
      ["log-agent 1.4.0", 2],
      ["log-agent 1.5.0", 1],
    ]);
  });
});

describe("markSentence() and markValues()", () => {
  it("say who and why, or which release's gate", () => {
    expect(markSentence(mark({ clusterId: "bj" }))).toBe(
      "log-agent 1.4.0 is known to be bad in bj (li: eats memory)",
    );
    const gate = mark({ cause: "gate", releaseId: 7, reason: "failures", markedBy: "advance" });
    expect(markSentence(gate)).toContain("release 7 did not hold its gate: failures");
    expect(markValues(gate)).toMatchObject({ badVersion: "1.4.0", gateReleaseId: 7 });
    expect(markValues(mark())).not.toHaveProperty("gateReleaseId");
  });
});
