import { Redis } from "ioredis";

/**
 * No offline queue and a command timeout: a dead or hung Redis costs milliseconds, never a request.
 * `url` may be `unix:///path`.
 */
export function openRedis(url: string): Redis {
  const path = url.startsWith("unix://") ? url.slice("unix://".length) : url;
  const redis = new Redis(path, {
    enableOfflineQueue: false,
    commandTimeout: 2_000,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
    lazyConnect: false,
  });
  return redis;
}
