import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { ProblemError } from "./problem-error.ts";
import { processWide } from "./process-wide.ts";

export type RateLimit = { points: number; seconds: number };

/**
 * Counts one use under a key, in this process's memory: what it protects is the process, and it must
 * not depend on a store. With n instances the limit is n times as high.
 * @throws ProblemError too_many_requests, with when to come again
 */
export async function countUse(
  name: string,
  { points, seconds }: RateLimit,
  key: string,
  sentence: string,
): Promise<void> {
  const limiters = processWide<Map<string, RateLimiterMemory>>("rateLimits", () => new Map());
  const known = limiters.get(`${name} ${points} ${seconds}`);
  const limiter = known ?? new RateLimiterMemory({ points, duration: seconds });
  if (!known) limiters.set(`${name} ${points} ${seconds}`, limiter);
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    const retryAfterSeconds = Math.max(
      1,
      Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000),
    );
    throw new ProblemError("too_many_requests", sentence, { retryAfterSeconds });
  }
}
