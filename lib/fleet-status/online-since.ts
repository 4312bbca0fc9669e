import type { Services } from "../platform/services.ts";

/**
 * So long may a machine be silent before it counts as offline, in milliseconds: three polls, and what
 * the flush of heartbeats into MySQL may lag behind.
 */
export function onlineForMs({ env }: Pick<Services, "env">): number {
  const { IFRIT_POLL_SECONDS: poll, IFRIT_FLUSH_SECONDS: flush } = env;
  return (3 * poll + 2 * flush + 5) * 1000;
}

/** Machines last seen at or after this moment are online. */
export function onlineSinceMs(services: Pick<Services, "env" | "now">): number {
  return services.now() - onlineForMs(services);
}
