import { describe, expect, it } from "vitest";
import { safeCallback } from "./safe-callback.ts";

const origin = "http://ifrit.example:3000";

describe("safeCallback()", () => {
  it("keeps paths of this site with their query", () => {
    expect(safeCallback("/machines?q=a&type=LINUX", origin)).toBe("/machines?q=a&type=LINUX");
  });

  it.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "",
  ])("does not follow %j", (callback) => {
    expect(safeCallback(callback, origin)).toBe("/");
  });

  it("does not lead back to the sign-in page", () => {
    expect(safeCallback("/sign-in?callbackUrl=/", origin)).toBe("/");
  });
});
