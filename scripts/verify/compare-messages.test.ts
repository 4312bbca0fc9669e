import { expect, test } from "vitest";
import { compareMessages } from "./compare-messages.ts";

test("compareMessages() finds nothing between languages that match", () => {
  const english = { page: { title: "{count, plural, one {# machine} other {# machines}}" } };
  const chinese = { page: { title: "{count, plural, other {# 台机器}}" } };
  expect(compareMessages(english, chinese)).toEqual([]);
});

test("compareMessages() names missing, extra and differently filled messages", () => {
  const english = { a: "Hello {name}", b: { c: "<b>bold</b>" } };
  const chinese = { a: "你好 {user}", d: "多" };
  expect(compareMessages(english, chinese)).toEqual([
    '"b.c" is missing',
    '"d" is not in the other language',
    '"a" fills in other values',
  ]);
});
