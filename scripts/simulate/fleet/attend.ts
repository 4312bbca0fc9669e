import { nextDueMs } from "../behaviour/move-on.ts";
import { hasNews, type SimMachine } from "../machine/sim-machine.ts";
import { checkIn } from "./check-in.ts";
import { startDownloads } from "./download-archive.ts";
import { moveMachine } from "./move-machine.ts";
import { updatePresence } from "./presence.ts";
import { sendReport } from "./send-report.ts";
import type { World } from "./world.ts";

const never = Number.POSITIVE_INFINITY;

/** Does what is due on a machine now, and says when to come again. */
export function attend(world: World, machine: SimMachine): void {
  if (world.stopping.aborted) return;
  const nowMs = world.now();
  if (!updatePresence(world, machine, nowMs)) {
    world.wheel.set(machine.index, machine.presence === "away" ? machine.presenceDueMs : never);
    return;
  }
  moveMachine(world, machine, nowMs, []);
  // It may have started something that took it off the net before it could tell.
  if (!updatePresence(world, machine, nowMs)) return;
  if (world.options.download) startDownloads(world, machine);
  if (machine.pollDueMs <= nowMs && !machine.polling) checkIn(world, machine);
  if (reportDueMs(machine) <= nowMs) sendReport(world, machine, nowMs);
  world.wheel.set(machine.index, wakeMs(machine));
}

/** Nothing is reported before the master has answered once, nor before its last report is answered. */
function reportDueMs(machine: SimMachine): number {
  if (machine.reporting || !machine.document || machine.token === null) return never;
  return Math.max(machine.reportNotBeforeMs, hasNews(machine) ? 0 : machine.sampleDueMs);
}

function wakeMs(machine: SimMachine): number {
  return Math.min(
    machine.polling ? never : machine.pollDueMs,
    nextDueMs(machine.agents),
    reportDueMs(machine),
    machine.presenceDueMs,
    machine.darkAtMs,
  );
}
