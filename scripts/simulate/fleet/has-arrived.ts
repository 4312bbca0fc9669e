import { isSettled } from "../behaviour/move-on.ts";
import { hasNews, type SimMachine } from "../machine/sim-machine.ts";
import type { World } from "./world.ts";

/** It has heard of everything that any machine has heard of, and has done it. */
export function hasArrived(world: World, machine: SimMachine): boolean {
  return (
    machine.document !== null &&
    machine.lastCheckInMs > world.documents.newestAtMs &&
    isSettled(machine.agents) &&
    !machine.reporting &&
    !hasNews(machine)
  );
}
