import assert from "node:assert/strict";
import { backoffMs, nextPollDelayMs } from "./backoff.ts";

const limits = { baseMs: 1000, capMs: 60_000 };

Deno.test("backoffMs() doubles its ceiling and stops at the cap", () => {
  const ceilings = [1, 2, 3, 4, 7, 100].map((failures) => backoffMs(failures, limits, () => 1));
  assert.deepEqual(ceilings, [1000, 2000, 4000, 8000, 60_000, 60_000]);
});

Deno.test("backoffMs() uses the whole range below its ceiling", () => {
  assert.equal(
    backoffMs(5, limits, () => 0),
    0,
  );
  assert.equal(
    backoffMs(5, limits, () => 0.5),
    8000,
  );
  assert.equal(
    backoffMs(0, limits, () => 1),
    0,
  );
});

Deno.test("nextPollDelayMs() spreads the interval by a tenth either way", () => {
  const timing = { intervalMs: 60_000, failures: 0, nextPollMs: null, retryAfterMs: null };
  assert.equal(
    nextPollDelayMs(timing, () => 0),
    54_000,
  );
  assert.equal(
    nextPollDelayMs(timing, () => 1),
    66_000,
  );
});

Deno.test("nextPollDelayMs() takes the master's interval before its own", () => {
  const timing = { intervalMs: 60_000, failures: 0, nextPollMs: 5000, retryAfterMs: null };
  assert.equal(
    nextPollDelayMs(timing, () => 0.5),
    5000,
  );
});

Deno.test("nextPollDelayMs() never undercuts Retry-After, and caps it at an hour", () => {
  const timing = { intervalMs: 60_000, failures: 3, nextPollMs: null, retryAfterMs: 120_000 };
  assert.equal(
    nextPollDelayMs(timing, () => 0),
    120_000,
  );
  assert.equal(
    nextPollDelayMs(timing, () => 1),
    132_000,
  );
  assert.equal(
    nextPollDelayMs({ ...timing, retryAfterMs: 1e12 }, () => 0),
    3_600_000,
  );
});

Deno.test("nextPollDelayMs() backs off on failures, by at most a minute", () => {
  const timing = { intervalMs: 60_000, failures: 1, nextPollMs: null, retryAfterMs: null };
  assert.equal(
    nextPollDelayMs(timing, () => 1),
    1000,
  );
  assert.equal(
    nextPollDelayMs({ ...timing, failures: 50 }, () => 1),
    60_000,
  );
});
