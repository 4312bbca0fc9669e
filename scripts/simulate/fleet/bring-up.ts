import { setTimeout as sleep } from "node:timers/promises";
import { draw, exponential } from "../behaviour/random.ts";
import type { SimMachine } from "../machine/sim-machine.ts";
import { attend } from "./attend.ts";
import { backoffMs } from "./backoff.ts";
import { enrollMachine, renewToken } from "./obtain-token.ts";
import { onlineMeanMs } from "./presence.ts";
import { scaled, type World } from "./world.ts";

const limits = { baseMs: 1_000, capMs: 60_000 };

/** Enrolls all machines, as many at once as there are connections, and sets each going. */
export async function bringUp(world: World): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < world.machines.length && !world.stopping.aborted) {
      const machine = world.machines[next]!;
      next += 1;
      await introduce(world, machine);
      if (!world.stopping.aborted) setGoing(world, machine);
      // A fleet with tokens has nothing to wait for, and would keep the loop to itself.
      if (world.options.tokenFor && next % 1_000 === 0) await sleep(0);
    }
  };
  await Promise.all(Array.from({ length: world.options.connections }, worker));
}

/** Repeats itself until the machine has a token, as a machine does that starts before its network. */
async function introduce(world: World, machine: SimMachine): Promise<void> {
  const { tokenFor } = world.options;
  if (tokenFor) {
    machine.enrolled = true;
    machine.token = tokenFor(machine.id);
    machine.tokenRenewAtMs = Number.POSITIVE_INFINITY;
    return;
  }
  for (let failures = 1; !world.stopping.aborted; failures += 1) {
    const refusal = machine.enrolled
      ? await renewToken(world, machine)
      : await enrollMachine(world, machine);
    if (!refusal && (machine.token !== null || isOffline(world, machine))) return;
    if (!refusal) {
      failures = 0;
      continue;
    }
    const waitMs = backoffMs(failures, limits, refusal.answer, world.random);
    await sleep(waitMs, undefined, { signal: world.stopping }).catch(() => undefined);
  }
}

function setGoing(world: World, machine: SimMachine): void {
  const { options, now, random } = world;
  if (isOffline(world, machine)) {
    machine.presence = "offline";
    return;
  }
  machine.presence = "online";
  machine.pollDueMs = now() + random() * options.spreadMs;
  if (draw(options.seed, machine.index, "comes and goes") < options.behaviours.comesAndGoes)
    machine.presenceDueMs = now() + scaled(world, exponential(random, onlineMeanMs));
  attend(world, machine);
}

function isOffline({ options }: World, machine: SimMachine): boolean {
  return draw(options.seed, machine.index, "offline") < options.behaviours.offline;
}
