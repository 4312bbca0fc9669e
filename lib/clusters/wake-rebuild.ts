import { redisChannels } from "../desired-state/redis-layout.ts";
import { peekProcessWide } from "../platform/process-wide.ts";
import type { Services } from "../platform/services.ts";

/** What a master in this process registers, so that a wake-up does not need Redis. */
export const rebuildHookName = "rebuild-hook";
export type RebuildHook = (clusterId: string) => void;

/**
 * Tells every master that a cluster's desired entries changed. Call it after the commit. It never
 * fails: whoever misses it rebuilds at the next interval.
 */
export async function wakeRebuild(
  services: Pick<Services, "redis" | "log">,
  clusterId: string,
): Promise<void> {
  peekProcessWide<RebuildHook>(rebuildHookName)?.(clusterId);
  try {
    await services.redis.publish(redisChannels.wake, clusterId);
  } catch (error) {
    services.log.warn({ err: String(error), clusterId }, "wake-up not sent; the interval will do");
  }
}
