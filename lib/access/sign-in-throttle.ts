import {
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterRes,
  type RateLimiterStoreAbstract,
} from "rate-limiter-flexible";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { addressForLimits } from "./client-address.ts";

/**
 * Guessing is slowed down per (user, address), so that nobody can lock the owner out from elsewhere,
 * and per address, so that one guesser cannot try every user. While Redis is down each process
 * counts in its own memory.
 */
export const signInLimits = {
  pair: { points: 8, duration: 15 * 60 },
  address: { points: 120, duration: 15 * 60 },
} as const;

export type SignInThrottle = {
  /** Counts one try before the password is looked at. @throws ProblemError too_many_requests */
  count(username: string, address: string): Promise<void>;
  /** A right password is not a guess. */
  forgive(username: string, address: string): Promise<void>;
};

const throttles = new WeakMap<Services["redis"], SignInThrottle>();

export function signInThrottle(services: Services): SignInThrottle {
  const known = throttles.get(services.redis);
  if (known) return known;
  const throttle = createThrottle(services);
  throttles.set(services.redis, throttle);
  return throttle;
}

function createThrottle({ redis, log }: Services): SignInThrottle {
  const pairs = createLimiter(redis, "ifrit:sign-in:pair", signInLimits.pair);
  const addresses = createLimiter(redis, "ifrit:sign-in:address", signInLimits.address);
  const pairKey = (username: string, address: string) => `${username} ${addressForLimits(address)}`;
  return {
    async count(username, address) {
      await consume(addresses, addressForLimits(address));
      await consume(pairs, pairKey(username, address));
    },
    async forgive(username, address) {
      await Promise.all([
        pairs.delete(pairKey(username, address)),
        addresses.reward(addressForLimits(address), 1),
      ]).catch((error: unknown) => log.warn({ err: String(error) }, "sign-in throttle"));
    },
  };
}

function createLimiter(
  redis: Services["redis"],
  keyPrefix: string,
  limit: { points: number; duration: number },
): RateLimiterStoreAbstract {
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    ...limit,
    insuranceLimiter: new RateLimiterMemory({ keyPrefix, ...limit }),
  });
}

async function consume(limiter: RateLimiterStoreAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    const seconds = Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1000);
    throw new ProblemError(
      "too_many_requests",
      `Too many wrong passwords. Try again in ${Math.ceil(seconds / 60)} minutes.`,
      { retryAfterSeconds: seconds },
    );
  }
}
