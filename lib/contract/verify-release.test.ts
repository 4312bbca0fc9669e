import { expect, test } from "vitest";
import { signRelease } from "../signing/sign-release.ts";
import {
  createTrust,
  digest,
  hourMs,
  refused,
  releaseStatement,
  testNowMs,
} from "../signing/testing/create-trust.ts";
import type { ReleaseStatement } from "./release-statement.ts";
import { firstFloors, raiseReleaseFloor, releaseFloor } from "./verify-floors.ts";
import { type ExpectedRelease, verifyRelease } from "./verify-release.ts";

const trust = await createTrust();
const [a, b] = trust.releaseKeys;
const sign = (overrides: Partial<ReleaseStatement> = {}) =>
  signRelease(releaseStatement(overrides), [a!, b!]);
const expected: ExpectedRelease = {
  agent: "log-agent",
  version: "1.1.0",
  platform: "linux-x64",
  sha256: digest("a"),
  size: 1000,
};
const verify = async (
  text: string | Promise<string>,
  other: Partial<ExpectedRelease> = {},
  floor = 0,
  nowMs = testNowMs,
) => verifyRelease(trust.root, await text, { ...expected, ...other }, floor, nowMs);

test("verifyRelease() takes what two of three release keys have signed", async () => {
  await expect(verify(sign())).resolves.toMatchObject({ statement: releaseStatement() });
});

test.each<[string, Partial<ExpectedRelease>, Parameters<typeof refused>[0]]>([
  ["another agent", { agent: "monitor-agent" }, "wrong_package"],
  ["another version", { version: "1.2.0" }, "wrong_package"],
  ["another platform", { platform: "windows-x64" }, "wrong_platform"],
  ["another digest", { sha256: digest("e") }, "digest_mismatch"],
  ["another size", { size: 999 }, "digest_mismatch"],
])("verifyRelease() refuses %s", async (_, other, reason) => {
  await expect(verify(sign(), other)).rejects.toThrow(refused(reason));
});

test("threshold: one release key is not enough", async () => {
  const text = signRelease(releaseStatement(), [a!]);
  await expect(verify(text)).rejects.toThrow(refused("threshold_not_met"));
});

test("director and root keys cannot sign releases", async () => {
  for (const keys of [trust.directorKeys, trust.rootKeys])
    await expect(verify(signRelease(releaseStatement(), keys))).rejects.toThrow(
      refused("unknown_key"),
    );
});

test("expiration: an expired release, and any under an expired root, are refused", async () => {
  const text = sign({ expiresAtMs: testNowMs + hourMs });
  await expect(verify(text, {}, 0, testNowMs + hourMs - 1)).resolves.toBeDefined();
  await expect(verify(text, {}, 0, testNowMs + hourMs)).rejects.toThrow(refused("expired"));
  const late = trust.root.document.expiresAtMs;
  await expect(verify(sign(), {}, 0, late)).rejects.toThrow(refused("expired"));
});

test("rollback: a release below the floor is refused, the same one again is not", async () => {
  await expect(verify(sign(), {}, 201)).rejects.toThrow(refused("rollback"));
  await expect(verify(sign(), {}, 200)).resolves.toBeDefined();
});

test("rollback: the permit of the newer release decides how far back machines may go", async () => {
  let floors = firstFloors(trust.root, "east");
  const commit = async (statement: Partial<ReleaseStatement>) => {
    const floor = releaseFloor(floors, "log-agent");
    const { floorAfterCommit } = await verify(sign(statement), {}, floor);
    floors = raiseReleaseFloor(floors, "log-agent", floorAfterCommit);
  };
  await commit({ sequence: 100, rollbackTo: undefined });
  await commit({ sequence: 200, rollbackTo: 100 });
  await commit({ sequence: 100, rollbackTo: undefined });
  await expect(commit({ sequence: 99, rollbackTo: undefined })).rejects.toThrow(
    refused("rollback"),
  );
  await commit({ sequence: 300, rollbackTo: undefined });
  await expect(commit({ sequence: 200, rollbackTo: 100 })).rejects.toThrow(refused("rollback"));
  expect(releaseFloor(floors, "monitor-agent")).toBe(0);
  expect(releaseFloor(floors, "constructor")).toBe(0);
});

test("signRelease() does not sign what does not hold together", async () => {
  const impossible: Partial<ReleaseStatement>[] = [
    { rollbackTo: 201 },
    { platforms: ["linux-x64", "linux-x64"] },
    { sequence: 2 ** 48 + 1, rollbackTo: undefined },
    { sequence: 0, rollbackTo: undefined },
  ];
  for (const statement of impossible)
    expect(() => signRelease(releaseStatement(statement), [a!])).toThrow();
});
