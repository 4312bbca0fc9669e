import fc from "fast-check";
import { expect, test } from "vitest";
import { createVectors } from "./testing/create-vectors.ts";
import { judgeVector, vectorKinds } from "./testing/judge-vector.ts";
import { mutatedVectors } from "./testing/mutations.ts";

const { root, context, genuine } = await createVectors();
const genuineVerdict = Object.fromEntries(
  await Promise.all(
    vectorKinds.map(async (kind) => [
      kind,
      await judgeVector(root, context, { kind, text: genuine[kind] }),
    ]),
  ),
);

test("the genuine envelopes are accepted", () => {
  for (const verdict of Object.values(genuineVerdict)) expect(verdict).toMatch(/^accepted \{/);
});

/**
 * A change that only respells the JSON around the signed bytes may pass, as long as just the same is
 * read. Nothing else does, and nothing but a refusal is ever thrown.
 */
test("10,000 mutations: none makes a machine believe what nobody signed", async () => {
  const reasons = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(mutatedVectors(genuine), async (vector) => {
      const verdict = await judgeVector(root, context, vector);
      const word = verdict.split(" ")[0]!;
      reasons.set(word, (reasons.get(word) ?? 0) + 1);
      expect(word).not.toBe("thrown");
      if (word === "accepted") expect(verdict).toBe(genuineVerdict[vector.kind]);
    }),
    { numRuns: 10_000 },
  );
  expect(reasons.get("accepted") ?? 0).toBeLessThan(200);
  expect([...reasons.keys()]).toEqual(
    expect.arrayContaining([
      "malformed",
      "wrong_type",
      "unknown_key",
      "signature_invalid",
      "threshold_not_met",
    ]),
  );
}, 30_000);
