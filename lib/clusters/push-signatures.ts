import { z } from "zod";
import { MasterSignatures, type MasterStatus } from "../contract/master-api.ts";
import { findPackageSignature } from "../packages/find-package-signature.ts";
import {
  digestSignatures,
  listPackageSignatures,
  type SignatureMark,
} from "../packages/list-package-signatures.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { processWide } from "../platform/process-wide.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster, type MasterAccess } from "./ask-master.ts";

/** What a master refuses, or has beyond ours, is looked at again after so long. */
const againMs = 60_000;

/**
 * Brings what release keys say of archives to a master that has these archives: its machines want it
 * with the package. The master checks each against its own root, and refuses what no machine would take.
 * One that signs nothing (it tells no digest) is not asked.
 */
export async function pushSignatures(
  services: Services,
  access: MasterAccess,
  { packages, signaturesDigest }: MasterStatus,
): Promise<number> {
  if (signaturesDigest === undefined) return 0;
  const there = new Set(packages);
  const all = await listPackageSignatures(services.db);
  const own = all.filter(({ sha256 }) => there.has(sha256));
  const pair = `${digestSignatures(own)} ${signaturesDigest}`;
  const settled = processWide("settled-signatures", () => new Map<string, SettledPair>());
  const last = settled.get(access.clusterId);
  if (isSettled(services, pair, last)) return 0;
  const asked = { method: "GET", path: "signatures", answer: MasterSignatures } as const;
  const { signatures } = await askMaster(access, asked);
  const known = new Map(signatures.map((one) => [one.sha256, one.envelopeSha256]));
  const missing = own.filter(({ sha256, envelopeSha256 }) => known.get(sha256) !== envelopeSha256);
  let pushed = 0;
  for (const mark of missing) pushed += await pushOne(services, access, mark);
  if (pushed === 0) settled.set(access.clusterId, { pair, untilMs: services.now() + againMs });
  return pushed;
}

type SettledPair = { pair: string; untilMs: number };

function isSettled({ now }: Services, pair: string, last: SettledPair | undefined): boolean {
  const [own, theirs] = pair.split(" ");
  return own === theirs || (last?.pair === pair && now() < last.untilMs);
}

async function pushOne(
  services: Services,
  access: MasterAccess,
  { sha256 }: SignatureMark,
): Promise<number> {
  const row = await findPackageSignature(services.db, sha256);
  if (!row) return 0;
  try {
    await askMaster(access, {
      ...{ method: "PUT", path: `packages/${sha256}/signature` },
      ...{ json: { envelope: row.envelope }, answer: z.object({ changed: z.boolean() }) },
      by: systemContext("packages", "scheduler"),
    });
    return 1;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === "unavailable") throw error;
    services.log.error({ sha256, err: error.message }, "a master refuses a package's signature");
    return 0;
  }
}
