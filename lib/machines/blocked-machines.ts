import { inArray } from "drizzle-orm";
import { z } from "zod";
import { machines } from "../../drizzle/schema/machines.ts";
import { redisKeys } from "../desired-state/redis-layout.ts";
import type { Services } from "../platform/services.ts";

export type BlockedMachines = Map<string, "parked" | "revoked" | "pending">;

const blockedStatuses = ["parked", "revoked", "pending"] as const;
const Mirror = z.array(z.tuple([z.string(), z.enum(blockedStatuses)]));

/** The machines that may not check in, whole. */
export async function loadBlockedMachines(services: Services): Promise<BlockedMachines> {
  const rows = await services.db
    .select({ id: machines.id, status: machines.status })
    .from(machines)
    .where(inArray(machines.status, blockedStatuses));
  return new Map(rows.map((row) => [row.id, row.status as (typeof blockedStatuses)[number]]));
}

/** Kept in Redis too, so that a master that starts while MySQL is away still refuses them. */
export async function mirrorBlockedMachines(
  services: Services,
  blocked: BlockedMachines,
): Promise<void> {
  await services.redis.set(redisKeys.blocked, JSON.stringify([...blocked]));
}

export async function readMirroredBlockedMachines(services: Services): Promise<BlockedMachines> {
  const text = await services.redis.get(redisKeys.blocked);
  return new Map(text === null ? [] : Mirror.parse(JSON.parse(text)));
}
