import { describe, expect, it } from "vitest";
import { ChangeWindow } from "../../contract/change-rules.ts";
import { isWindowOpen, nextOpeningMs } from "./change-window.ts";

const at = (iso: string) => Date.parse(iso);

describe("isWindowOpen()", () => {
  const night = { days: [1, 2, 3, 4, 5], from: "22:00", to: "04:00", timeZone: "Asia/Shanghai" };
  const day = { days: [6], from: "09:00", to: "17:00", timeZone: "Europe/Berlin" };
  const all = { days: [3], from: "00:00", to: "00:00", timeZone: "UTC" };

  it.each([
    [night, "2026-10-02T22:00:00+08:00", true],
    [night, "2026-10-02T21:59:59+08:00", false],
    [night, "2026-10-03T03:59:59+08:00", true],
    [night, "2026-10-03T04:00:00+08:00", false],
    [night, "2026-10-03T22:00:00+08:00", false],
    [night, "2026-10-05T02:00:00+08:00", false],
    [day, "2026-10-24T09:00:00+02:00", true],
    [day, "2026-10-24T16:59:00+02:00", true],
    [day, "2026-10-31T09:00:00+01:00", true],
    [day, "2026-10-31T08:00:00+01:00", false],
    [all, "2026-09-30T00:00:00Z", true],
    [all, "2026-09-30T23:59:59Z", true],
    [all, "2026-10-01T00:00:00Z", false],
  ])("%o at %s: %s", (window, when, open) => {
    expect(isWindowOpen(ChangeWindow.parse(window), at(when))).toBe(open);
  });

  it("is open at the moment that nextOpeningMs() promises, also where clocks change", () => {
    for (const window of [night, day, all])
      for (let hour = 0; hour < 24 * 40; hour += 7) {
        const opensAtMs = nextOpeningMs(window, at("2026-10-01T00:30:00Z") + hour * 3_600_000)!;
        expect(isWindowOpen(window, opensAtMs)).toBe(true);
      }
  });
});

describe("ChangeWindow", () => {
  it.each([
    { timeZone: "Mars/Olympus" },
    { from: "24:00" },
    { to: "9:00" },
    { days: [] },
    { days: [0] },
  ])("refuses %o", (wrong) => {
    const right = { days: [1], from: "09:00", to: "17:00", timeZone: "Asia/Shanghai" };
    expect(ChangeWindow.safeParse(right).success).toBe(true);
    expect(ChangeWindow.safeParse({ ...right, ...wrong }).success).toBe(false);
  });
});
