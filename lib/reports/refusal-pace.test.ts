import { expect, test } from "vitest";
import { newRefusalPace, noteRefused, noteTaken } from "./refusal-pace.ts";

function refuse(machines: number, pace = newRefusalPace(0), nowMs = 0) {
  let seconds = 0;
  for (let one = 0; one < machines; one += 1) seconds = noteRefused(pace, `m-${one}`, nowMs);
  return { pace, seconds };
}

test("a few that are refused come again soon, and the same ones twice count once", () => {
  const { pace, seconds } = refuse(2_000);
  expect(seconds).toBe(15);
  expect(refuse(2_000, pace, 15_000).seconds).toBe(15);
});

test("the more wait outside, the later they come again, up to five minutes", () => {
  expect([6_000, 20_000, 200_000].map((machines) => refuse(machines).seconds)).toEqual([
    30, 100, 300,
  ]);
});

test("the faster reports are taken, the sooner they come again, and who was taken waits no more", () => {
  const { pace } = refuse(30_000);
  for (let one = 0; one < 5_000; one += 1) noteTaken(pace, `m-${one}`, 4_000);
  // 25,000 wait, 1,000 a second are taken, so 1,500 a second may come.
  expect(noteRefused(pace, "m-29999", 5_000)).toBe(17);
});

test("machines that never came again are forgotten after a while without a refusal", () => {
  const { pace } = refuse(30_000);
  expect(noteRefused(pace, "m-1", 3_600_000)).toBe(15);
  expect(pace.outside.size).toBe(1);
});
