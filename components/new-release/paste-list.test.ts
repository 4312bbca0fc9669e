import { describe, expect, it } from "vitest";
import { matchList, wordsOfList } from "./paste-list.ts";

const machines = [
  { id: "i-1", hostname: "Web-1", address: "10.0.0.1" },
  { id: "i-2", hostname: "web-2", address: null },
];

describe("wordsOfList()", () => {
  it("parts by lines, blanks and commas of both languages, and drops doubles", () => {
    expect(wordsOfList("a, b\n c；d、a  ")).toEqual(["a", "b", "c", "d"]);
    expect(wordsOfList(" \n ")).toEqual([]);
  });
});

describe("matchList()", () => {
  it("finds machines by id, host name and address, each once", () => {
    const { found, unknown } = matchList(["10.0.0.1", "web-1", "i-2"], machines);
    expect(found.map(({ id }) => id)).toEqual(["i-1", "i-2"]);
    expect(unknown).toEqual([]);
  });

  it("reports words that name no machine, also when they are part of a name", () => {
    expect(matchList(["web", "i-9"], machines)).toEqual({ found: [], unknown: ["web", "i-9"] });
  });
});
