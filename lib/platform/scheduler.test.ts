import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLog } from "./log.ts";
import { startScheduler } from "./scheduler.ts";

const log = openLog("silent");
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a job runs again and again on its interval", async () => {
  const run = vi.fn(async () => {});
  const scheduler = startScheduler([{ name: "job", intervalMs: 1_000, run }], log);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(8);
  expect(run.mock.calls.length).toBeLessThanOrEqual(13);
  await scheduler.stop();
});

test("a job that fails runs again at its next turn", async () => {
  const run = vi.fn(async () => {
    throw new Error("store away");
  });
  const scheduler = startScheduler([{ name: "job", intervalMs: 1_000, run }], log);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(3);
  await scheduler.stop();
});

test("runs of one job never overlap, and a wake-up during a run leads to one more", async () => {
  let under = 0;
  let most = 0;
  const run = vi.fn(async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    under -= 1;
  });
  const scheduler = startScheduler([{ name: "job", intervalMs: 60_000, run }], log);
  scheduler.wake("job");
  for (let count = 0; count < 5; count += 1) scheduler.wake("job");
  await vi.advanceTimersByTimeAsync(7_000);
  expect([run.mock.calls.length, most]).toEqual([2, 1]);
  await scheduler.stop();
});

test("stop() waits for the run at work and starts no other", async () => {
  let ended = false;
  const run = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    ended = true;
  });
  const scheduler = startScheduler([{ name: "job", intervalMs: 100, run }], log);
  scheduler.wake("job");
  const stopped = scheduler.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  await stopped;
  expect([ended, run.mock.calls.length]).toEqual([true, 1]);
});
