import { describe, expect, it } from "vitest";
import type { AgentPhase } from "@/lib/contract/agent-state.ts";
import type { MachineAgentView } from "@/lib/contract/console-views.ts";
import { machineCondition } from "./machine-condition.ts";

function agent(name: string, phase: AgentPhase, inSync = phase === "running"): MachineAgentView {
  return {
    name,
    desired: {
      want: "present",
      name,
      releaseId: 1,
      releasedAtMs: 0,
      scope: "default",
      version: "1.0.0",
      packages: {},
    },
    actual: {
      name,
      phase,
      version: "1.0.0",
      targetVersion: null,
      releaseId: 1,
      pid: null,
      startedAtMs: null,
      restarts: 0,
      cpuPercent: null,
      rssBytes: null,
      downloadPercent: null,
      failure: null,
    },
    reportedAtMs: 0,
    changedAtMs: 0,
    inSync,
  };
}

const online = { status: "accepted", online: true } as const;

describe("machineCondition()", () => {
  it("says first that a machine does not take part", () => {
    const agents = [agent("a", "failed")];
    expect(machineCondition({ status: "revoked", online: true, agents }).kind).toBe("revoked");
    expect(machineCondition({ status: "pending", online: true, agents }).kind).toBe("pending");
  });

  it("says that it is offline before what its last report said", () => {
    const agents = [agent("a", "failed")];
    expect(machineCondition({ status: "accepted", online: false, agents }).kind).toBe("offline");
  });

  it("puts failures before restarts before changes", () => {
    const agents = [agent("a", "downloading"), agent("b", "backoff"), agent("c", "failed")];
    expect(machineCondition({ ...online, agents })).toEqual({ kind: "failed", agents: ["c"] });
    expect(machineCondition({ ...online, agents: agents.slice(0, 2) }).kind).toBe("unstable");
    expect(machineCondition({ ...online, agents: agents.slice(0, 1) }).kind).toBe("changing");
  });

  it("does not wait for an agent that has no package for the platform", () => {
    const agents = [agent("a", "notEligible"), agent("b", "running")];
    expect(machineCondition({ ...online, agents }).kind).toBe("well");
  });

  it("tells a machine without agents from one where all is well", () => {
    expect(machineCondition({ ...online, agents: [] }).kind).toBe("idle");
    expect(machineCondition({ ...online, agents: [agent("a", "running")] }).kind).toBe("well");
  });
});
