import { describe, expect, it } from "vitest";
import en from "../../messages/en.json" with { type: "json" };
import zh from "../../messages/zh.json" with { type: "json" };
import { problemCodes } from "../contract/problem.ts";

describe.each([
  ["English", en.problemAdvice],
  ["Chinese", zh.problemAdvice],
])("problem codes in %s", (_, advice) => {
  it("each says what to do, and no sentence is left over", () => {
    expect(Object.keys(advice).sort()).toEqual([...problemCodes].sort());
    expect(Object.values(advice).filter((sentence) => !/[.。]$/.test(sentence))).toEqual([]);
  });
});
