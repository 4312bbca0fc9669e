import type { MachineDetail } from "@/lib/contract/console-views.ts";

/** What there is to say first about a machine, the worst first. */
export type MachineCondition =
  | { kind: "pending" | "parked" | "revoked" | "offline" | "idle" | "well" }
  | { kind: "failed" | "unstable" | "changing"; agents: string[] };

export function machineCondition(
  machine: Pick<MachineDetail, "status" | "online" | "agents">,
): MachineCondition {
  if (machine.status !== "accepted") return { kind: machine.status };
  if (!machine.online) return { kind: "offline" };
  const inPhase = (...phases: string[]) =>
    machine.agents
      .filter(({ actual }) => actual && phases.includes(actual.phase))
      .map(({ name }) => name);
  const failed = inPhase("failed");
  if (failed.length > 0) return { kind: "failed", agents: failed };
  const unstable = inPhase("backoff");
  if (unstable.length > 0) return { kind: "unstable", agents: unstable };
  const changing = machine.agents.filter(isChanging).map(({ name }) => name);
  if (changing.length > 0) return { kind: "changing", agents: changing };
  return { kind: machine.agents.length === 0 ? "idle" : "well" };
}

function isChanging({ inSync, desired, actual }: MachineDetail["agents"][number]): boolean {
  return !inSync && desired !== null && actual?.phase !== "notEligible";
}
