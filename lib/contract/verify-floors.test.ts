import { expect, test } from "vitest";
import { createTrust, type RootGiven } from "../signing/testing/create-trust.ts";
import { fixedSigners } from "../signing/testing/fixed-signer.ts";
import { firstFloors, floorsUnderRoot, raiseReleaseFloor, TrustFloors } from "./verify-floors.ts";

const [newKey, otherKey] = await fixedSigners("new", "other");
const trust = await createTrust();
const floors: TrustFloors = {
  ...raiseReleaseFloor(firstFloors(trust.root, "east"), "log-agent", 300),
  director: {
    clusterId: "east",
    freshnessSequence: 2 ** 48,
    documentSequence: 2 ** 48,
    documentSha256: null,
  },
};
const under = async (change: Partial<RootGiven>, clusterId = "east") =>
  floorsUnderRoot(floors, (await createTrust({ ...trust.given, ...change })).root, clusterId);

test("floors are plain data that can be persisted", () => {
  expect(TrustFloors.parse(JSON.parse(JSON.stringify(floors)))).toEqual(floors);
});

test("floors stay when keys are added", async () => {
  const keys = [...trust.directorKeys, newKey!];
  const kept = await under({ director: { keys } });
  expect(kept.director).toEqual(floors.director);
  expect(kept.releases).toEqual({ "log-agent": 300 });
});

test("fast-forward recovery: withdrawing the director key resets what it may have pushed up", async () => {
  const reset = await under({ director: { keys: [newKey!] } });
  expect(reset.director.freshnessSequence).toBe(0);
  expect(reset.director.documentSequence).toBe(0);
  expect(reset.releases).toEqual({ "log-agent": 300 });
});

test("fast-forward recovery: withdrawing one director key of two is enough", async () => {
  const two = await createTrust({ director: { keys: [newKey!, otherKey!] } });
  const one = await createTrust({ director: { keys: [newKey!] } });
  const before = { ...firstFloors(two.root, "east"), director: floors.director };
  expect(floorsUnderRoot(before, one.root, "east").director.freshnessSequence).toBe(0);
});

test("fast-forward recovery: withdrawing a release key resets the release floors", async () => {
  const reset = await under({ release: { keys: [trust.releaseKeys[0]!, otherKey!] } });
  expect(reset.releases).toEqual({});
  expect(reset.director).toEqual(floors.director);
});

test("another cluster has another director, with sequences of its own", async () => {
  expect((await under({}, "west")).director).toEqual({
    clusterId: "west",
    freshnessSequence: 0,
    documentSequence: 0,
    documentSha256: null,
  });
});
