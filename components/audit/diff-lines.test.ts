import { describe, expect, it } from "vitest";
import { diffLines } from "./diff-lines.ts";

describe("diffLines()", () => {
  it("tells added, removed, changed and same values apart", () => {
    const before = { state: "running", gone: 1, same: true };
    const after = { state: "paused", new: [2], same: true };
    expect(diffLines(before, after)).toEqual([
      { path: "state", kind: "changed", before: "running", after: "paused" },
      { path: "new.0", kind: "added", before: undefined, after: "2" },
      { path: "same", kind: "same", before: "true", after: "true" },
      { path: "gone", kind: "removed", before: "1", after: undefined },
    ]);
  });

  it("shows a creation as additions and a deletion as removals", () => {
    expect(diffLines(null, { a: 1 }).map(({ kind }) => kind)).toEqual(["added"]);
    expect(diffLines({ a: 1 }, null).map(({ kind }) => kind)).toEqual(["removed"]);
  });

  it("does not take null for absent", () => {
    expect(diffLines({ version: "1.0.0" }, { version: null })).toEqual([
      { path: "version", kind: "changed", before: "1.0.0", after: "null" },
    ]);
  });

  it("has nothing to say about nothing", () => {
    expect(diffLines(null, null)).toEqual([]);
  });
});
