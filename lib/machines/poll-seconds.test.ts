import { expect, test } from "vitest";
import { pollSeconds } from "./poll-seconds.ts";

const poll = { seconds: 60, fastSeconds: 5 };
const steady = { applied: true, typeIsChanging: false, contentsAgeMs: 1_000, machines: 100 };

test("a machine that has applied its desired state polls at the usual pace", () => {
  expect(pollSeconds(poll, steady)).toBe(60);
});

test("a machine that has not yet applied a recent change polls fast", () => {
  expect(pollSeconds(poll, { ...steady, applied: false })).toBe(5);
});

test("a machine that still has not applied it long after is no reason to hurry", () => {
  expect(pollSeconds(poll, { ...steady, applied: false, contentsAgeMs: 3_600_000 })).toBe(60);
});

test("machines of a type that a running release spreads over poll fast", () => {
  expect(pollSeconds(poll, { ...steady, typeIsChanging: true })).toBe(5);
});

test("the larger the cluster, the slower its fast pace, up to the usual one", () => {
  const at = (machines: number) => pollSeconds(poll, { ...steady, typeIsChanging: true, machines });
  expect([10_000, 20_000, 50_000, 1_000_000].map(at)).toEqual([5, 10, 25, 60]);
});
