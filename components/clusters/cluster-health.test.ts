import { expect, test } from "vitest";
import { clusterHealth } from "./cluster-health.ts";

const machines = (total: number, offline: number, pending = 0) => ({
  machines: { total, offline, pending, online: total - offline - pending },
});

test("clusterHealth() goes by the share of machines that are offline", () => {
  expect(clusterHealth(machines(0, 0))).toBe("empty");
  expect(clusterHealth(machines(3, 0, 3))).toBe("empty");
  expect(clusterHealth(machines(10, 0, 2))).toBe("well");
  expect(clusterHealth(machines(10, 1))).toBe("some");
  expect(clusterHealth(machines(10, 2))).toBe("many");
});

test("clusterHealth() of a master that is silent is not what it said last", () => {
  const master = { unreachableSinceMs: 5 } as never;
  expect(clusterHealth({ ...machines(10, 0), master })).toBe("silent");
});
