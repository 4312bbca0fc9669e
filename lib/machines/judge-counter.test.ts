import { expect, test } from "vitest";
import { alternatingMs, judgeCounter } from "./judge-counter.ts";

const minuteMs = 60_000;
const nowMs = 1_700_000_000_000;
const known = {
  ...{ tokenCounter: 100, tokenInstance: "a", tokenAtMs: nowMs - 10 * minuteMs },
  counterWentBackAtMs: 0,
};
const asked = (counter: number, instance = "a") => ({ counter, instance });

test("judgeCounter(): a counter that exceeds the last one is taken, whoever brings it", () => {
  expect(judgeCounter(known, asked(101), nowMs)).toBe("raised");
  expect(judgeCounter(known, asked(151, "b"), nowMs)).toBe("raised");
});

test("judgeCounter(): a disk that was put back goes back once, also when it asks again and again", () => {
  expect(judgeCounter(known, asked(51, "b"), nowMs)).toBe("wentBack");
  const back = { ...known, counterWentBackAtMs: nowMs };
  for (let counter = 52; counter <= 100; counter += 1)
    expect(judgeCounter(back, asked(counter, "b"), nowMs + minuteMs)).toBe("stillBack");
  expect(judgeCounter(back, asked(101, "b"), nowMs + minuteMs)).toBe("raised");
});

test("judgeCounter(): one process that goes back, gets a token, and goes back again is two", () => {
  const again = { ...known, counterWentBackAtMs: nowMs - 40 * minuteMs };
  expect(judgeCounter(again, asked(100), nowMs)).toBe("alternates");
  expect(judgeCounter(again, asked(100, ""), nowMs)).toBe("wentBack");
});

test("judgeCounter(): memory that is put back now and then is no clone", () => {
  const longAgo = { ...known, counterWentBackAtMs: nowMs - alternatingMs - 1 };
  expect(judgeCounter(longAgo, asked(90), nowMs)).toBe("wentBack");
});
