import { exponential } from "../behaviour/random.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import { scaled, type World } from "./world.ts";

export const onlineMeanMs = 600_000;
const awayMeanMs = 300_000;

/** Lets a machine leave, return or go dark when it is time. Whether it is on the net now. */
export function updatePresence(world: World, machine: SimMachine, nowMs: number): boolean {
  if (machine.darkAtMs <= nowMs && machine.presence === "online") {
    machine.presence = "dark";
    return false;
  }
  if (machine.presenceDueMs <= nowMs) {
    const returns = machine.presence === "away";
    const meanMs = returns ? onlineMeanMs : awayMeanMs;
    machine.presence = returns ? "online" : "away";
    machine.presenceDueMs = nowMs + scaled(world, exponential(world.random, meanMs));
    if (returns) machine.pollDueMs = nowMs;
  }
  return machine.presence === "online";
}
