import { expect, it } from "vitest";
import { holdConcerns } from "./hold-concerns.ts";

const machine = { id: "m-1", facts: { labels: { zone: "a", role: "web" } } };

it.each([
  [{ machineId: "m-1" }, true],
  [{ machineId: "m-2" }, false],
  [{ labels: { zone: "a" } }, true],
  [{ labels: { zone: "a", role: "web" } }, true],
  [{ labels: { zone: "a", role: "db" } }, false],
  [{ labels: { rack: "1" } }, false],
])("holdConcerns(%j) is %s", (target, concerns) => {
  expect(holdConcerns({ target }, machine)).toBe(concerns);
});
