import fc from "fast-check";
import { expect, test } from "vitest";
import { mergePages } from "./merge-pages.ts";

type Machine = { id: string; clusterId: string };

/** What a deployment answers: those after an id, no more than the limit. */
function page(machines: readonly Machine[], afterId: string | null, limit: number) {
  const after = machines.filter(({ id }) => afterId === null || id > afterId);
  const rows = after.slice(0, limit);
  return { machines: rows, nextId: after.length > limit ? rows.at(-1)!.id : null };
}

test("mergePages() walks over every machine of every cluster once, in order, whatever the limit", () => {
  const ids = fc.uniqueArray(fc.stringMatching(/^[a-c]{1,3}$/), { maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(ids, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (sets, limit) => {
        const clusters = sets.map((set, index) =>
          [...set].sort().map((id) => ({ id, clusterId: `c${index}` })),
        );
        const walked: Machine[] = [];
        let afterId: string | null = null;
        for (let turn = 0; turn < 100; turn += 1) {
          const merged = mergePages(
            clusters.map((machines) => page(machines, afterId, limit)),
            limit,
          );
          walked.push(...merged.machines);
          afterId = merged.nextId;
          if (afterId === null) break;
        }
        const names = (machines: Machine[]) =>
          machines.map(({ id, clusterId }) => `${id} ${clusterId}`);
        expect(names(walked).sort()).toEqual(names(clusters.flat()).sort());
        expect(walked.map(({ id }) => id)).toEqual(
          clusters
            .flat()
            .map(({ id }) => id)
            .sort(),
        );
      },
    ),
  );
});

test("mergePages() of nothing is an end", () => {
  expect(mergePages([{ machines: [], nextId: null }], 10)).toEqual({ machines: [], nextId: null });
});
