import assert from "node:assert/strict";
import { seededRandom } from "../crash/seeded-random.ts";
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
  const timing = {
    intervalMs: 60_000,
    failures: 0,
    reached: true,
    nextPollMs: null,
    retryAfterMs: null,
  };
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
  const timing = {
    intervalMs: 60_000,
    failures: 0,
    reached: true,
    nextPollMs: 5000,
    retryAfterMs: null,
  };
  assert.equal(
    nextPollDelayMs(timing, () => 0.5),
    5000,
  );
});

Deno.test("nextPollDelayMs() never undercuts Retry-After, and caps it at an hour", () => {
  const timing = {
    intervalMs: 60_000,
    failures: 3,
    reached: true,
    nextPollMs: null,
    retryAfterMs: 120_000,
  };
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

Deno.test("nextPollDelayMs() asks at once and then ever more slowly until a first answer, by at most a minute", () => {
  const timing = {
    intervalMs: 60_000,
    failures: 1,
    reached: false,
    nextPollMs: null,
    retryAfterMs: null,
  };
  assert.equal(
    nextPollDelayMs(timing, () => 1),
    1000,
  );
  assert.equal(
    nextPollDelayMs({ ...timing, failures: 50 }, () => 1),
    60_000,
  );
});

Deno.test("nextPollDelayMs() keeps to the interval while a master is away, and slows down to a minute", () => {
  const timing = { intervalMs: 60_000, reached: true, nextPollMs: 5000, retryAfterMs: null };
  const least = [1, 2, 3, 9].map((failures) => nextPollDelayMs({ ...timing, failures }, () => 0));
  assert.deepEqual(least, [1250, 2500, 5000, 15_000]);
  assert.equal(
    nextPollDelayMs({ ...timing, failures: 9 }, () => 1),
    75_000,
  );
});

for (const awaySeconds of [5, 30, 300, 3600])
  Deno.test(`fault 33: 5,000 machines meet a master that was away for ${awaySeconds} s with at most twice the usual rate`, () => {
    const random = seededRandom(awaySeconds);
    const [machines, intervalMs] = [5000, 60_000];
    const [awayFromMs, awayUntilMs] = [600_000, 600_000 + awaySeconds * 1000];
    const perSecond = new Map<number, number>();
    for (let machine = 0; machine < machines; machine++) {
      const answered = { intervalMs, reached: true, nextPollMs: null, retryAfterMs: null };
      let failures = 0;
      for (let atMs = random() * intervalMs; atMs < awayUntilMs + 300_000; ) {
        failures = atMs >= awayFromMs && atMs < awayUntilMs ? failures + 1 : 0;
        const second = Math.floor(atMs / 1000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        atMs += nextPollDelayMs({ ...answered, failures }, random);
      }
    }
    const peak = Math.max(...perSecond.values());
    const usual = machines / (intervalMs / 1000);
    assert.ok(peak <= 2 * usual, `${peak} in a second, usually ${usual}`);
  });
