import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { applyVerb, notAllowed } from "./apply-verb.ts";
import { hasEntries } from "./release-verbs.ts";

/**
 * Takes the release's entries back, so that every machine falls back to what held before, whatever
 * stage it was in. An agent that no older release asks for is left as it is: absence never removes.
 * With a cluster, only there: a release that was running is paused then, for a person to look.
 */
export async function rollBackRelease(
  services: Services,
  ctx: RequestContext,
  { releaseId, clusterId, remark = "" }: RollBack,
): Promise<void> {
  await applyVerb(services, ctx, "rollBack", releaseId, async (change) => {
    const { release } = change;
    const open = release.clusters.filter(({ state }) => hasEntries(state));
    const chosen = clusterId ? open.filter((cluster) => cluster.clusterId === clusterId) : open;
    if (chosen.length === 0) throw notAllowed("rollBack", releaseId, "nothingToRollBack");
    for (const cluster of chosen) await change.withdraw(cluster);
    if (!clusterId || chosen.length === open.length) {
      change.setState("rolledBack");
      await change.event("rolledBack", { remark });
      await change.audit("release.rolled-back");
      return;
    }
    await change.event("clusterRolledBack", { clusterId, remark });
    if (release.row.state === "running")
      change.setState("paused", { code: "clusterRolledBack", values: { clusterId } });
    await change.audit("release.cluster-rolled-back", clusterId);
  });
}

type RollBack = { releaseId: number; clusterId?: string | undefined; remark?: string };
