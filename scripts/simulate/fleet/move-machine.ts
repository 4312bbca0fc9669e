import { moveOn, nextDueMs, waitingForWord } from "../behaviour/move-on.ts";
import type { SimAgent } from "../behaviour/sim-agent.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import type { World } from "./world.ts";

/** Moves a machine's agents on by the pure rules, and acts on what came of it. */
export function moveMachine(
  world: World,
  machine: SimMachine,
  nowMs: number,
  confirmed: readonly string[],
): void {
  const { visible: document, mayChange } = machine;
  const hasHeard = machine.movedDocument !== document || machine.movedMayChange !== mayChange;
  if (!hasHeard && confirmed.length === 0 && nextDueMs(machine.agents) > nowMs) return;
  machine.movedDocument = document;
  machine.movedMayChange = mayChange;
  const desired = document?.byName ?? null;
  const around = world.surroundings.turnTo(machine, nowMs, confirmed);
  const moved = moveOn(machine.agents, desired, around);
  if (moved.removed.length > 0) machine.removed = [...machine.removed, ...moved.removed];
  machine.darkAtMs = Math.min(machine.darkAtMs, moved.darkAtMs);
  if (moved.agents !== machine.agents) replaceAgents(world, machine, moved.agents, nowMs);
  if (mayChange && waitingForWord(machine.agents, desired).length > 0) machine.pollDueMs = nowMs;
}

export function replaceAgents(
  world: World,
  machine: SimMachine,
  agents: readonly SimAgent[],
  nowMs: number,
): void {
  const before = machine.agents;
  machine.agents = agents;
  for (const agent of agents) {
    const held = before.find((one) => one.state.name === agent.state.name) ?? null;
    if (held?.state !== agent.state) noteChange(world, machine, held, agent, nowMs);
  }
  for (const held of before)
    if (!agents.some((agent) => agent.state.name === held.state.name))
      noteChange(world, machine, held, null, nowMs);
}

function noteChange(
  { tally, options }: World,
  machine: SimMachine,
  before: SimAgent | null,
  after: SimAgent | null,
  atMs: number,
): void {
  const from = before?.state.phase ?? null;
  const to = after?.state.phase ?? null;
  if (from === to) return;
  if (to) tally.entered[to] = (tally.entered[to] ?? 0) + 1;
  if (from === "removing" && !to) tally.removed += 1;
  const { name, version, targetVersion, releaseId } = (after ?? before)!.state;
  options.onPhase?.({
    ...{ atMs, machineId: machine.id, agent: name, from, to },
    ...{ version, targetVersion, releaseId },
  });
}
