import type { Random } from "../behaviour/random.ts";
import type { Answer } from "../http/answer.ts";
import { retryAfterMs } from "../http/master-client.ts";

const retryAfterMaxMs = 3_600_000;

/**
 * Exponential with full jitter; Retry-After is a floor. In the wall's time whatever the fleet's time
 * scale: it spares the master.
 */
export function backoffMs(
  failures: number,
  limits: { baseMs: number; capMs: number },
  answer: Answer | null,
  random: Random,
): number {
  const asked = answer && retryAfterMs(answer);
  if (asked) {
    const floor = Math.min(asked, retryAfterMaxMs);
    return floor + random() * Math.max(1000, floor * 0.1);
  }
  return random() * Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(failures - 1, 20));
}
