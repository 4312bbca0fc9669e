import type { Services } from "../platform/services.ts";

/**
 * Machines last seen at or after this moment are online: within three polls, and what the flush of
 * heartbeats into MySQL may lag behind.
 */
export function onlineSinceMs(services: Pick<Services, "env" | "now">): number {
  const { IFRIT_POLL_SECONDS: poll, IFRIT_FLUSH_SECONDS: flush } = services.env;
  return services.now() - (3 * poll + 2 * flush + 5) * 1000;
}
