import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { z } from "zod";
import { type Archive, listArchives } from "../packages/list-archives.ts";
import { packagePath } from "../packages/package-store.ts";
import { releaseLease, takeLease } from "../platform/lease.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { processWide } from "../platform/process-wide.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster } from "./ask-master.ts";
import { failuresUntilUnreachable } from "./failures-until-unreachable.ts";
import { pushSignatures } from "./push-signatures.ts";
import { listRemoteMasters, type RemoteMaster } from "./remote-access.ts";

const leaseMs = 60_000;
const pushMsMax = 10 * 60_000;

/**
 * The job: every archive that is whole here is brought to every remote master, newest first, before a
 * release needs it there, and then what release keys say of it. The master checks the digest as for any upload; one that broke off is sent
 * again. Sent twice, it changes nothing.
 */
export async function pushPackages(services: Services): Promise<Record<string, number>> {
  const masters = (await listRemoteMasters(services)).filter(
    ({ failures, status }) =>
      status !== null && status.scope !== "read" && failures < failuresUntilUnreachable,
  );
  if (masters.length === 0) return {};
  const archives = (await listArchives(services)).filter(({ onDisk }) => onDisk);
  const pushed = await Promise.all(
    masters.map(async (master) => [master.clusterId, await pushTo(services, master, archives)]),
  );
  return Object.fromEntries(pushed);
}

async function pushTo(
  services: Services,
  { clusterId, status, access }: RemoteMaster,
  archives: readonly Archive[],
): Promise<number> {
  const there = new Set(status?.packages);
  const missing = archives.filter(({ sha256 }) => !there.has(sha256));
  if (!status || (missing.length === 0 && status.signaturesDigest === undefined)) return 0;
  const holder = processWide("push-holder", () => randomUUID());
  const lease = await takeLease(services.db, `packages:${clusterId}`, holder, leaseMs);
  if (!lease) return 0;
  let pushed = 0;
  try {
    for (const archive of missing) pushed += await pushOne(services, access, archive);
    await pushSignatures(services, access, status);
  } catch (error) {
    services.log.warn({ err: String(error), clusterId }, "a package did not reach a master");
  } finally {
    await releaseLease(services.db, lease).catch(() => undefined);
  }
  return pushed;
}

/** One that the master refuses (it has the version with other bytes) does not hold up the others. */
async function pushOne(
  services: Services,
  access: RemoteMaster["access"],
  { sha256, sizeBytes }: Archive,
): Promise<number> {
  const bytes = createReadStream(packagePath(services.env.IFRIT_DATA_DIR, sha256));
  try {
    await askMaster(access, {
      ...{ method: "PUT", path: `packages/${sha256}`, answer: z.object({ existed: z.boolean() }) },
      ...{ stream: { bytes, sizeBytes }, timeoutMs: pushMsMax },
      by: systemContext("packages", "scheduler"),
    });
    return 1;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === "unavailable") throw error;
    services.log.error({ sha256, err: error.message }, "a master refuses a package");
    return 0;
  } finally {
    bytes.destroy();
  }
}
