import { expect, test } from "vitest";
import { randomStream } from "../behaviour/random.ts";
import { TimerWheel } from "./timer-wheel.ts";

test("advance() hands out each machine once, when it is due and within a tick of it", () => {
  const size = 2_000;
  const random = randomStream(1);
  const wheel = new TimerWheel(size, 10, 0);
  // Up to four turns of the wheel ahead.
  const due = Array.from({ length: size }, () => random() * 160_000);
  for (const [index, dueMs] of due.entries()) wheel.set(index, dueMs);
  const fired = new Map<number, number>();
  for (let nowMs = 0; nowMs <= 161_000; nowMs += 7)
    wheel.advance(nowMs, (index) => {
      expect(fired.has(index)).toBe(false);
      fired.set(index, nowMs);
    });
  expect(fired.size).toBe(size);
  for (const [index, dueMs] of due.entries()) {
    expect(fired.get(index)!).toBeGreaterThanOrEqual(dueMs);
    expect(fired.get(index)! - dueMs).toBeLessThan(30);
  }
});

test("set() replaces, Infinity cancels, and what is overdue comes with the next tick", () => {
  const wheel = new TimerWheel(4, 10, 1_000);
  const fired: number[] = [];
  wheel.set(0, 2_000);
  wheel.set(0, 1_050);
  wheel.set(1, 1_050);
  wheel.set(1, Number.POSITIVE_INFINITY);
  wheel.set(2, 5);
  wheel.advance(1_020, (index) => fired.push(index));
  expect(fired).toEqual([2]);
  wheel.advance(1_100, (index) => fired.push(index));
  wheel.advance(3_000, (index) => fired.push(index));
  expect(fired).toEqual([2, 0]);
});

test("advance() ends its turn, and goes on where it stopped", () => {
  const wheel = new TimerWheel(1_000, 10, 0);
  for (let index = 0; index < 1_000; index += 1) wheel.set(index, 50);
  const fired: number[] = [];
  const attend = (index: number) => fired.push(index);
  wheel.advance(60, attend, -1);
  expect(fired.length).toBeLessThan(100);
  for (let call = 0; call < 100; call += 1) wheel.advance(60, attend, -1);
  expect(new Set(fired).size).toBe(1_000);
  expect(fired).toHaveLength(1_000);
});

test("a machine may be set again while it is attended to, also after a long pause", () => {
  const wheel = new TimerWheel(1, 10, 0);
  const fired: number[] = [];
  const attendAt = (nowMs: number) =>
    wheel.advance(nowMs, (index) => {
      fired.push(nowMs);
      wheel.set(index, nowMs);
    });
  wheel.set(0, 100);
  for (const nowMs of [500_000, 500_005, 500_020, 500_040]) attendAt(nowMs);
  expect(fired).toEqual([500_000, 500_020, 500_040]);
});
