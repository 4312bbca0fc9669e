import { describe, expect, it } from "vitest";
import { AgentState } from "../../contract/agent-state.ts";
import { changeBlockedCodes } from "../../contract/change-rules.ts";
import type { DesiredAgent } from "../../contract/desired-state.ts";
import type { ChangePermission } from "./change-permission.ts";
import { explainMachine, type MachineQuestion } from "./explain-machine.ts";
import { batch, full, gray } from "./testing/plans.ts";

const desired: DesiredAgent = {
  ...{ want: "present", name: "log-agent", version: "1.4.0", packages: {} },
  ...{ releaseId: 12, releasedAtMs: 1000, scope: "batch" },
};
const absent: DesiredAgent = {
  ...{ want: "absent", name: "log-agent", releaseId: 12, releasedAtMs: 1000, scope: "default" },
};
const actual = (changed: Partial<AgentState> = {}) =>
  AgentState.parse({
    ...{
      name: "log-agent",
      phase: "running",
      version: "1.4.0",
      targetVersion: null,
      releaseId: 12,
    },
    ...{ pid: 1, startedAtMs: 1, restarts: 0, cpuPercent: 1, rssBytes: 1, downloadPercent: null },
    ...{ failure: null, ...changed },
  });
const reach = {
  stages: [gray(["m1"]), batch(1), batch(10), batch(50), full()],
  ...{ stageOpenedAtMs: [1000, 2000, 3000], batchPercent: 7 },
};
const failure = { reason: "start_failed", message: "exit 1", version: "1.4.0" } as const;
const ask = (changed: Partial<MachineQuestion>) =>
  explainMachine({ desired, actual: actual(), reach, online: true, permission: null, ...changed });
const old = actual({ version: "1.3.0" });

describe("explainMachine()", () => {
  it("names the stage that brought the version, and when it opened", () => {
    expect(ask({})).toEqual({
      code: "runsAsOrdered",
      values: {
        ...{ version: "1.4.0", releaseId: 12, scope: "batch", stage: 3, upToPercent: 10 },
        openedAtMs: 3000,
      },
    });
    expect(ask({ desired: { ...desired, scope: "gray" } }).values).toMatchObject({
      ...{ stage: 1, openedAtMs: 1000 },
    });
    expect(ask({ reach: null }).values).toMatchObject({ releaseId: 12, openedAtMs: 1000 });
  });

  it.each<[string, Partial<MachineQuestion>, Record<string, unknown>]>([
    ["notOrdered", { desired: null }, { version: "1.4.0" }],
    ["absentAsOrdered", { desired: absent, actual: null }, { releaseId: 12, scope: "default" }],
    ["willChange", { desired: absent }, { version: "1.4.0", wanted: "" }],
    ["willChange", { actual: old }, { version: "1.3.0", wanted: "1.4.0" }],
    ["willChange", { actual: null }, { version: "", wanted: "1.4.0" }],
    ["changing", { actual: actual({ version: "1.3.0", phase: "downloading" }) }, {}],
    [
      "willChange",
      { actual: actual({ version: "1.3.0", failure: { ...failure, version: "1.2.0" } }) },
      {},
    ],
    [
      "putBack",
      {
        actual: actual({ version: "1.3.0", phase: "failed", targetVersion: "1.4.0", failure }),
      },
      { reason: "start_failed", message: "exit 1", version: "1.3.0", wanted: "1.4.0" },
    ],
    // Put back under an earlier release: this one tries it anew.
    [
      "failed",
      { actual: actual({ version: "1.3.0", phase: "failed", releaseId: 11, failure }) },
      {},
    ],
    [
      "failed",
      {
        actual: actual({
          ...{ version: "1.3.0", phase: "failed" },
          failure: { ...failure, reason: "disk_full" },
        }),
      },
      { reason: "disk_full" },
    ],
    ["failed", { actual: actual({ phase: "failed", failure }) }, { version: "1.4.0" }],
    ["notEligible", { actual: actual({ version: null, phase: "notEligible" }) }, {}],
    ["offline", { actual: old, online: false }, {}],
    [
      "blocked",
      {
        actual: old,
        permission: {
          allowed: false,
          code: "hold",
          values: { holdId: 3, owner: "li", untilMs: 9 },
        },
      },
      { because: "hold", holdId: 3, owner: "li", untilMs: 9 },
    ],
    [
      "blocked",
      {
        actual: old,
        permission: {
          ...{ allowed: true, agents: ["other"], counts: "normal" },
          blocked: [{ agentName: "log-agent", code: "releasePaused", values: { releaseId: 12 } }],
        },
      },
      { because: "releasePaused" },
    ],
  ])("%s (%#)", (code, changed, values) => {
    expect(ask(changed)).toMatchObject({ code, values });
  });

  it.each(changeBlockedCodes)("blocked by %s, for the machine and for the agent alone", (code) => {
    const blocked = { code, values: { mark: 1 } };
    const expected = { code: "blocked", values: { because: code, mark: 1, wanted: "1.4.0" } };
    const whole = { allowed: false, ...blocked } as const;
    expect(ask({ actual: old, permission: whole })).toMatchObject(expected);
    const alone = (agentName: string): ChangePermission => ({
      ...{ allowed: true, agents: ["other"], counts: "normal" },
      blocked: [{ agentName, ...blocked }],
    });
    expect(ask({ actual: old, permission: alone("log-agent") })).toMatchObject(expected);
    expect(ask({ actual: old, permission: alone("mon-agent") }).code).toBe("willChange");
    // Who is there already, or is not there to be asked, is not blocked.
    expect(ask({ permission: whole }).code).toBe("runsAsOrdered");
    expect(ask({ actual: old, online: false, permission: whole }).code).toBe("offline");
  });
});
