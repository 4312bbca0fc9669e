import { expect, test } from "vitest";
import { inTurn, type Turns } from "./in-turn.ts";

test("work under one key runs one at a time and in order, also after a failure", async () => {
  const turns: Turns = new Map();
  const seen: string[] = [];
  const work = (name: string, fails = false) =>
    inTurn(turns, "key", async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = await Promise.allSettled([work("one"), work("two", true), work("three")]);
  expect(all.map((one) => one.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(seen.join(", ")).toBe(
    "one begins, one ends, two begins, two ends, three begins, three ends",
  );
  expect(turns.size).toBe(0);
});
