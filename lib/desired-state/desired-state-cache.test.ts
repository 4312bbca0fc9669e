import { expect, test } from "vitest";
import { unsignedCluster } from "../signing/cluster-signing.ts";
import { composeDesiredState } from "./compose-desired-state.ts";
import { adopt, type DesiredStateCache } from "./desired-state-cache.ts";
import type { DesiredEntry } from "./resolve.ts";

const entry: DesiredEntry = {
  ...{ releaseId: 1, machineType: "LINUX", agentName: "log-agent", scope: "default" },
  ...{ machineId: null, batch: null, batchCount: null, ringSalt: "" },
  ...{ version: "1.0.0", timestampMs: 1 },
};
const empty = () => composeDesiredState("c1", [], []);
const filled = () => composeDesiredState("c1", [entry], []);
const built = (composition: ReturnType<typeof empty>, generation: number, revision: number) => ({
  ...{ composition, generation, revision, changingTypes: [], signing: unsignedCluster },
});

test("adopt() ignores older generations, and older revisions of the same one", () => {
  const cache: DesiredStateCache = new Map();
  adopt(cache, built(filled(), 5, 9), 100);
  adopt(cache, built(empty(), 4, 10), 200);
  adopt(cache, built(empty(), 5, 8), 300);
  expect(cache.get("c1")).toMatchObject({ generation: 5, revision: 9, changedAtMs: 100 });
});

test("adopt() keeps the very documents when the contents are the same", () => {
  const cache: DesiredStateCache = new Map();
  expect(adopt(cache, built(filled(), 5, 9), 100)).toBe(true);
  const { composition } = cache.get("c1")!;
  expect(adopt(cache, built(filled(), 6, 10), 200)).toBe(false);
  expect(cache.get("c1")).toMatchObject({ generation: 6, revision: 10, changedAtMs: 100 });
  expect(cache.get("c1")!.composition).toBe(composition);
  expect(adopt(cache, built(empty(), 7, 11), 300)).toBe(true);
  expect(cache.get("c1")!.changedAtMs).toBe(300);
});
