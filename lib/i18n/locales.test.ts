import { describe, expect, it } from "vitest";
import { chooseLocale } from "./locales.ts";

describe("chooseLocale()", () => {
  it("prefers the cookie over what the browser asks for", () => {
    expect(chooseLocale("en", "zh-CN,zh;q=0.9")).toBe("en");
  });

  it("takes the browser's first known language without a cookie", () => {
    expect(chooseLocale(undefined, "fr;q=1,zh-TW;q=0.9,en;q=0.8")).toBe("zh-CN");
    expect(chooseLocale(undefined, "en-GB,zh;q=0.5")).toBe("en");
  });

  it("falls back to English for unknown cookies and languages", () => {
    expect(chooseLocale("xx", "fr")).toBe("en");
    expect(chooseLocale(undefined, null)).toBe("en");
  });
});
