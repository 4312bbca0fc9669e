import { expect, test } from "vitest";
import { type HealthCheck, healthText, isReady } from "./health.ts";

const check = (name: string, ok: boolean, needed: boolean): HealthCheck => ({
  ...{ name, ok, needed, detail: "does not answer" },
});

test("a master without its stores is ready and says what is missing", () => {
  const checks = [check("mysql", false, false), check("desired-state", true, true)];
  expect(isReady(checks)).toBe(true);
  expect(healthText(checks)).toBe(
    "[-]mysql failed (serving without it): does not answer\n[+]desired-state ok\nready\n",
  );
});

test("a master without its desired state is not ready", () => {
  const checks = [check("mysql", true, false), check("desired-state", false, true)];
  expect(isReady(checks)).toBe(false);
  expect(healthText(checks)).toContain("not ready");
});
