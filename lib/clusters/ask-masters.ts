import type { Unanswered } from "../contract/cluster-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { askMaster, type MasterCall } from "./ask-master.ts";
import { listRemoteClusters, type RemoteCluster, silentSince } from "./list-remote-clusters.ts";
import { openAccess } from "./remote-access.ts";

/** People wait for the answer. Who takes longer is named, and asked again when they ask again. */
const deadlineMs = 2_500;

export type MastersAnswers<T> = {
  answers: { clusterId: string; value: T }[];
  unanswered: Unanswered[];
};

/**
 * Asks the masters of all remote clusters, or of one, the same at once. A master that is known to be
 * away is not waited for. Whoever did not answer is named: nothing is left out in silence. What a master
 * refuses (it does not have the machine) is null.
 */
export async function askMasters<T>(
  services: Services,
  clusterId: string | undefined,
  call: Omit<MasterCall<T>, "timeoutMs">,
): Promise<MastersAnswers<T | null>> {
  const remote = await listRemoteClusters(services.db, clusterId);
  const answers: MastersAnswers<T | null>["answers"] = [];
  const unanswered: Unanswered[] = [];
  await Promise.all(
    remote.map(async (cluster) => {
      const value = await askOne(services, cluster, call);
      if (value === undefined) unanswered.push(unansweredOf(cluster));
      else answers.push({ clusterId: cluster.id, value });
    }),
  );
  unanswered.sort((a, b) => (a.clusterId < b.clusterId ? -1 : 1));
  return { answers, unanswered };
}

/** undefined: no answer. */
async function askOne<T>(
  services: Services,
  cluster: RemoteCluster,
  call: Omit<MasterCall<T>, "timeoutMs">,
): Promise<T | null | undefined> {
  const access = openAccess(services, cluster);
  if (!access || silentSince(cluster) !== null) return undefined;
  try {
    return await askMaster(access, { ...call, timeoutMs: deadlineMs });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.code === "unavailable") return undefined;
    if (error.code === "not_found") return null;
    throw error;
  }
}

export function unansweredOf({ id, name, contact }: RemoteCluster): Unanswered {
  return { clusterId: id, clusterName: name, answeredAtMs: contact?.answeredAtMs || null };
}
