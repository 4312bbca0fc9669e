import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { packageSignatures } from "../../drizzle/schema/package-signatures.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import { requirePermission } from "../access/require-permission.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { ReleaseStatement } from "../contract/release-statement.ts";
import { TrustError } from "../contract/verify-refusal.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { checkPackageSignature } from "../signing/check-package-signature.ts";
import { describeArchive } from "../signing/describe-archive.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { findPackageSignature } from "./find-package-signature.ts";
import { lockAgent } from "./find-version.ts";
import { packagePath } from "./package-store.ts";

/**
 * Takes in what release keys say of an archive that is here. It is checked as machines check it, so that
 * nothing is stored that none would take. The same again changes nothing; another one, by more keys or
 * under a newer root, replaces it.
 * @throws ProblemError not_found · conflict (nothing is signed here) · signature_refused
 */
export async function storePackageSignature(
  services: Services,
  ctx: RequestContext,
  { sha256, envelope }: { sha256: string; envelope: string },
): Promise<{ changed: boolean }> {
  requirePermission(ctx, "packages.write");
  const [row] = await services.db.select().from(packages).where(eq(packages.sha256, sha256));
  if (!row) throw new ProblemError("not_found", `There is no package ${sha256}.`);
  const { agentName, version } = row;
  requirePermission(ctx, "packages.write", { agentName });
  const statement = await check(services, sha256, envelope);
  const envelopeSha256 = createHash("sha256").update(envelope).digest("hex");
  const known = await findPackageSignature(services.db, sha256);
  if (known?.envelopeSha256 === envelopeSha256) return { changed: false };
  return auditedTransaction(services, ctx, async (tx, audit) => {
    await lockAgent(tx, agentName);
    const [still] = await tx.select().from(packages).where(eq(packages.sha256, sha256));
    if (!still) throw new ProblemError("not_found", `There is no package ${sha256} any more.`);
    const before = await findPackageSignature(tx, sha256);
    const stored = { envelope, envelopeSha256, statement, storedAtMs: services.now() };
    await tx
      .insert(packageSignatures)
      .values({ sha256, ...stored, storedBy: ctx.actor.name })
      .onDuplicateKeyUpdate({ set: { ...stored, storedBy: ctx.actor.name } });
    await audit({
      action: "package.signed",
      subjectKind: "package",
      subjectId: `${agentName}@${version}`,
      ...(before ? { before: { envelopeSha256: before.envelopeSha256 } } : {}),
      after: { agentName, version, sha256, envelopeSha256, sequence: statement.sequence },
    });
    return { changed: true };
  });
}

async function check(
  services: Services,
  sha256: string,
  envelope: string,
): Promise<ReleaseStatement> {
  const { root, folder } = await readOwnTrust(services, { newest: true });
  if (!root)
    throw new ProblemError(
      "conflict",
      `Nothing is signed here, so there is no key to check it with. Put the root documents into ${folder}.`,
    );
  const archive = await describeArchive(packagePath(services.env.IFRIT_DATA_DIR, sha256)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      throw new ProblemError("conflict", "The archive's bytes are lost here. Upload it again.");
    },
  );
  try {
    return await checkPackageSignature(root, envelope, archive, services.now());
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ProblemError("signature_refused", `No machine would take it: ${error.message}.`, {
      issues: [{ path: "signature", message: error.message, code: error.reason }],
    });
  }
}
