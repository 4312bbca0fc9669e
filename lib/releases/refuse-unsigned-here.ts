import type { MasterOrder } from "../contract/master-api.ts";
import { judgeVersionSignatures } from "../packages/judge-version-signatures.ts";
import type { Transaction } from "../platform/database.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { readOwnTrust } from "../signing/own-trust.ts";

/**
 * On the master's side: an order for packages whose signatures have not come yet waits for them, or its
 * machines would count as failed for refusing them.
 * @throws ProblemError conflict
 */
export async function refuseUnsignedHere(
  services: Services,
  tx: Pick<Transaction, "select">,
  { release: { plan, cluster } }: MasterOrder,
): Promise<void> {
  const { agentName, version } = plan;
  if (version === null || cluster.state === "waiting" || cluster.state === "rolledBack") return;
  const { root } = await readOwnTrust(services);
  if (!root) return;
  const asked = { agentName, version };
  const judged = await judgeVersionSignatures(tx, root, asked, services.now());
  const bad = judged.filter(({ state }) => state !== "good");
  if (bad.length === 0) return;
  const told = bad.map(({ platform, state }) => `${platform} (${state})`).join(", ");
  throw new ProblemError(
    "conflict",
    `${agentName} ${version} is not signed for this cluster's machines: ${told}.`,
  );
}
