import { expect, test } from "vitest";
import { parseByteRange } from "./parse-byte-range.ts";

test.each([
  ["bytes=0-9", { start: 0, end: 9 }],
  ["bytes=90-", { start: 90, end: 99 }],
  ["bytes=90-500", { start: 90, end: 99 }],
  ["bytes=-10", { start: 90, end: 99 }],
  ["bytes=-500", { start: 0, end: 99 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=9-0", null],
  ["bytes=-", null],
  ["bytes=0-1,5-6", null],
  ["lines=0-9", null],
  [undefined, null],
])("of 100 bytes, %s is %j", (range, expected) => {
  expect(parseByteRange(range, 100)).toEqual(expected);
});

test("a file of no bytes has no range", () => {
  expect(parseByteRange("bytes=0-", 0)).toBe("unsatisfiable");
});
