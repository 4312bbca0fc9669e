import { randomBytes } from "node:crypto";
import { machines } from "../../../drizzle/schema/machines.ts";
import { slotOf } from "../../../lib/desired-state/slot.ts";
import { machineTokenKey, signMachineToken } from "../../../lib/machines/machine-token.ts";
import type { Services } from "../../../lib/platform/services.ts";
import { calmBehaviours } from "../behaviour/behaviours.ts";
import type { FleetOptions } from "../fleet/fleet-options.ts";
import {
  factsOf,
  machineIdOf,
  machineTypeOf,
  simulatedAgentVersion,
} from "../machine/describe-machine.ts";
import { machineKey, publicKeyOf } from "../machine/machine-key.ts";

type Shape = Pick<FleetOptions, "machines" | "behaviours" | "seed"> & { name: string };

const rowsPerStatement = 1_000;
const tokenTtlMs = 24 * 3_600_000;

/**
 * Takes a whole fleet in behind the master's back: rows in bulk, and tokens signed here. For tests
 * and benches that are about something else; the wire's own way takes a second per thousand machines.
 */
export async function admitMachines(
  services: Services,
  clusterId: string,
  shape: Shape,
): Promise<Required<Pick<FleetOptions, "name" | "secret" | "tokenFor" | "clusterId">>> {
  const { name, seed = 1 } = shape;
  const secret = randomBytes(32);
  const types = shape.behaviours?.types ?? calmBehaviours.types;
  const tokens = new Map<string, string>();
  const tokenKey = machineTokenKey(services.env.IFRIT_SECRET);
  const nowMs = services.now();
  let rows: (typeof machines.$inferInsert)[] = [];
  for (let index = 0; index < shape.machines; index += 1) {
    const id = machineIdOf(name, index);
    const { type, platform } = machineTypeOf(types, seed, index);
    const slot = slotOf(id);
    const facts = factsOf({ index, id, type, platform }, name);
    const claims = { machineId: id, clusterId, type, slot };
    tokens.set(id, signMachineToken(tokenKey, claims, nowMs + tokenTtlMs));
    rows.push({
      ...{ id, clusterId, type, platform, slot, facts, hostname: facts.hostname },
      ...{ status: "accepted", ifritAgentVersion: simulatedAgentVersion },
      publicKey: publicKeyOf(machineKey(secret, id)),
      ...{ enrolledAtMs: nowMs, lastSeenAtMs: nowMs },
    });
    if (rows.length < rowsPerStatement && index + 1 < shape.machines) continue;
    await services.db.insert(machines).values(rows);
    rows = [];
  }
  return { name, secret, clusterId, tokenFor: (machineId) => tokens.get(machineId)! };
}
