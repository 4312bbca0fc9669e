import { rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import type { ReleaseStatement } from "../contract/release-statement.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { describeArchive } from "../signing/describe-archive.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { signRelease } from "../signing/sign-release.ts";
import type { Signer } from "../signing/signer.ts";
import { buildArchive } from "../testing/build-archive.ts";
import { createTestServices } from "../testing/test-services.ts";
import { answerPackageSignature } from "./answer-package-signature.ts";
import { deletePackage } from "./delete-package.ts";
import { findPackageSignature } from "./find-package-signature.ts";
import { listPackages } from "./list-known-agents.ts";
import { packagePath } from "./package-store.ts";
import { signAllInDevelopment } from "./sign-in-development.ts";
import { signPackage } from "./sign-package.ts";
import { uploadPackage } from "./upload-package.ts";

const ctx = systemContext("test", "test");
const viewer = {
  ...ctx,
  actor: { kind: "user", name: "v", userId: 1, role: "viewer" } as const,
};

async function openPackage({ signs = true } = {}) {
  const services = await createTestServices();
  const trust = signs ? await serveDevelopmentTrust(services.env, Date.now()) : null;
  // As with real keys: the release key is elsewhere, and nothing is signed at the upload.
  const key = join(services.env.IFRIT_DATA_DIR, "trust/development/release.pem");
  if (trust) await rename(key, `${key}.away`);
  await readOwnTrust(services, { newest: true });
  const body = Readable.from([await buildArchive("log-agent", "1.0.0")]);
  const { packages } = await uploadPackage(services, ctx, { body });
  const pkg = packages[0]!;
  return { services, pkg, trust };
}

async function sign(
  services: Services,
  sha256: string,
  release: Signer,
  change: Partial<ReleaseStatement> = {},
): Promise<string> {
  const archive = await describeArchive(packagePath(services.env.IFRIT_DATA_DIR, sha256));
  const statement = { schema: 1, ...archive, sequence: 9, signedAtMs: 1, ...change } as const;
  return signRelease(statement, [release]);
}

test("a signature is checked, stored with an audit row, shown with the package and given to machines", async () => {
  const { services, pkg, trust } = await openPackage();
  expect(pkg.signature).toBeNull();
  const envelope = await sign(services, pkg.sha256, trust!.release, { rollbackTo: 3 });
  const stored = await signPackage(services, ctx, pkg.id, envelope);
  expect(stored).toMatchObject({
    changed: true,
    package: {
      signature: {
        ...{ state: "good", threshold: 1, sequence: 9, rollbackTo: 3, expiresAtMs: null },
        signedBy: [{ keyId: trust!.release.keyId, name: "development release" }],
      },
    },
  });
  expect((await signPackage(services, ctx, pkg.id, envelope)).changed).toBe(false);
  const audited = (await services.db.select().from(auditLog)).filter(
    ({ action }) => action === "package.signed",
  );
  expect(audited).toHaveLength(1);
  const answer = await answerPackageSignature(services, new Map(), pkg.sha256);
  expect(String(answer.body)).toBe(envelope);
  expect((await listPackages(services, pkg.agentName))[0]?.signature?.state).toBe("good");
  await deletePackage(services, ctx, pkg.id);
  for (const other of await listPackages(services, pkg.agentName))
    await deletePackage(services, ctx, other.id);
  expect(await findPackageSignature(services.db, pkg.sha256)).toBeUndefined();
});

test("what no machine would take is refused with its reason, and changes nothing", async () => {
  const { services, pkg, trust } = await openPackage();
  const by = (signer: Signer, change: Partial<ReleaseStatement> = {}) =>
    sign(services, pkg.sha256, signer, change);
  const bad: [string, string][] = [
    ["unknown_key", await by(trust!.director)],
    ["digest_mismatch", await by(trust!.release, { size: 7 })],
    ["wrong_package", await by(trust!.release, { version: "9.9.9" })],
    ["mix_and_match", await by(trust!.release, { manifestSha256: "e".repeat(64) })],
    ["expired", await by(trust!.release, { expiresAtMs: 5 })],
    ["malformed", "not an envelope"],
  ];
  for (const [code, envelope] of bad)
    await expect(signPackage(services, ctx, pkg.id, envelope), code).rejects.toMatchObject({
      code: "signature_refused",
      issues: [{ path: "signature", code }],
    });
  const good = await by(trust!.release);
  await expect(signPackage(services, viewer, pkg.id, good)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(signPackage(services, ctx, 99_999, good)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await findPackageSignature(services.db, pkg.sha256)).toBeUndefined();
  await expect(answerPackageSignature(services, new Map(), pkg.sha256)).rejects.toMatchObject({
    code: "not_found",
  });
});

test("where nothing is signed, a signature cannot be checked and is not taken", async () => {
  const { services, pkg } = await openPackage({ signs: false });
  const { makeDevelopmentTrust } = await import("../signing/make-development-trust.ts");
  const { release } = await makeDevelopmentTrust(services.env.IFRIT_DATA_DIR, Date.now());
  const envelope = await sign(services, pkg.sha256, release);
  await expect(signPackage(services, ctx, pkg.id, envelope)).rejects.toMatchObject({
    code: "conflict",
  });
});

test("under a development root an upload is signed at once, and so is what was there before", async () => {
  const services = await createTestServices();
  const upload = async (version: string) =>
    uploadPackage(services, ctx, {
      body: Readable.from([await buildArchive("log-agent", version)]),
    });
  expect((await upload("1.0.0")).packages[0]?.signature).toBeNull();
  await serveDevelopmentTrust(services.env, Date.now());
  await readOwnTrust(services, { newest: true });
  const signature = { state: "good", signedBy: [{ name: "development release" }] };
  expect((await upload("1.1.0")).packages[0]?.signature).toMatchObject(signature);
  await signAllInDevelopment(services);
  expect(await listPackages(services, "log-agent")).toMatchObject([{ signature }, { signature }]);
});
