import type { MasterOrder } from "../contract/master-api.ts";
import { packagesOfVersion } from "../packages/find-version.ts";
import type { Archive } from "../packages/list-archives.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";

/**
 * A stage whose packages are not here would find no machine that it could change, and pass.
 * @throws ProblemError conflict, naming each package that is missing or has other bytes
 */
export async function refuseMissingArchives(
  tx: Pick<Transaction, "select">,
  { release, packages }: MasterOrder,
  archives: readonly Archive[],
): Promise<void> {
  const { plan, cluster } = release;
  if (plan.version === null || cluster.state === "waiting" || cluster.state === "rolledBack")
    return;
  const onDisk = new Set(archives.filter((one) => one.onDisk).map(({ sha256 }) => sha256));
  const rows = await packagesOfVersion(tx, plan.agentName, plan.version);
  const isHere = (wanted: MasterOrder["packages"][number]) =>
    onDisk.has(wanted.sha256) &&
    rows.some((row) => row.platform === wanted.platform && row.sha256 === wanted.sha256);
  const missing = packages.filter((wanted) => !isHere(wanted));
  if (missing.length === 0) return;
  throw new ProblemError(
    "conflict",
    `${plan.agentName} ${plan.version} is not whole here: ${missing.map(({ platform }) => platform).join(", ")} is missing.`,
    {
      issues: missing.map(({ platform, sha256 }) => ({
        path: "packages",
        message: `${platform} ${sha256}`,
      })),
    },
  );
}
