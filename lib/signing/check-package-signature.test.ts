import { expect, test } from "vitest";
import { checkPackageSignature } from "./check-package-signature.ts";
import type { DescribedArchive } from "./describe-archive.ts";
import { signRelease } from "./sign-release.ts";
import {
  createTrust,
  digest,
  refused,
  releaseStatement,
  testNowMs,
} from "./testing/create-trust.ts";

const trust = await createTrust();
const text = await signRelease(releaseStatement(), trust.releaseKeys);
const { agent, version, platforms, sha256, size, manifestSha256 } = releaseStatement();
const archive: DescribedArchive = { agent, version, platforms, sha256, size, manifestSha256 };
const check = (other: Partial<DescribedArchive> = {}) =>
  checkPackageSignature(trust.root, text, { ...archive, ...other }, testNowMs);

test("checkPackageSignature() takes an archive that is just what was signed", async () => {
  await expect(check()).resolves.toEqual(releaseStatement());
  await expect(check({ platforms: platforms.toReversed() })).resolves.toBeDefined();
});

test.each<[string, Partial<DescribedArchive>, Parameters<typeof refused>[0]]>([
  ["other bytes", { sha256: digest("e") }, "digest_mismatch"],
  ["another agent", { agent: "monitor-agent" }, "wrong_package"],
  ["a platform more than was signed", { platforms: ["linux-x64", "windows-x64"] }, "mix_and_match"],
  ["a platform that was not signed", { platforms: ["windows-x64"] }, "wrong_platform"],
  ["another manifest", { manifestSha256: digest("e") }, "mix_and_match"],
])("checkPackageSignature() refuses %s", async (_, other, reason) => {
  await expect(check(other)).rejects.toThrow(refused(reason));
});
