import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../agent/crash/seeded-random.ts";
import { changed, sampleOf } from "./testing/sample-values.ts";
import { type SchemaPair, schemaPairs } from "./testing/schema-pairs.ts";

type Outcome = ReturnType<SchemaPair["ours"]["safeParse"]>;
/** zod tells of unknown keys together, at the place of their object. */
type Issue = { path: PropertyKey[]; keys?: string[] };

let folder: string;
let pairs: SchemaPair[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ifrit-schemas-"));
  pairs = await schemaPairs(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("each schema of ifrit-agent takes and refuses in the bundle what it does with zod", () => {
  const random = seededRandom(20_261_127);
  const seen = { taken: 0, refused: 0 };
  for (const { theirs, ours, words } of pairs) {
    const taken = seen.taken;
    for (let round = 0; round < 60; round += 1) {
      const sample = sampleOf(theirs, random);
      for (const value of [sample, changed(sample, random), changed(sample, random)]) {
        const [expected, found] = [theirs.safeParse(value), ours.safeParse(value)];
        const what = `${words} of ${JSON.stringify(value)}`;
        expect(found.success, what).toBe(expected.success);
        if (expected.success) expect(isDeepStrictEqual(found, expected), what).toBe(true);
        // zod tells all faults, ifrit-agent one of them.
        else expect(placesOf(expected), what).toContain(placesOf(found)[0]);
        seen[expected.success ? "taken" : "refused"] += 1;
      }
    }
    expect(seen.taken, `nothing fits ${words}`).toBeGreaterThan(taken);
  }
  expect(pairs.length).toBeGreaterThan(400);
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(10_000);
});

test("a default is nobody's to change for others", () => {
  for (const { theirs, ours } of pairs) {
    const first = ours.safeParse(undefined);
    if (theirs._zod.def.type !== "default" || !first.success) continue;
    if (Array.isArray(first.data)) first.data.push("changed");
    else if (typeof first.data === "object") Object.assign(first.data as object, { changed: 1 });
    expect(ours.safeParse(undefined)).toStrictEqual(theirs.safeParse(undefined));
  }
});

function placesOf(outcome: Outcome): string[] {
  const issues: Issue[] = outcome.success ? [] : outcome.error.issues;
  return issues.flatMap(({ path, keys = [] }) =>
    [path, ...keys.map((key) => [...path, key])].map((place) => JSON.stringify(place)),
  );
}
