import type { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import type { MasterAccess } from "./ask-master.ts";
import { listRemoteClusters, type RemoteCluster } from "./list-remote-clusters.ts";
import { openCredential } from "./seal-credential.ts";

export type RemoteMaster = Omit<typeof remoteMasters.$inferSelect, "credential"> & {
  access: MasterAccess;
};

/** @throws ProblemError unavailable: the cluster has no master that could be asked */
export async function findAccess(services: Services, clusterId: string): Promise<MasterAccess> {
  const [cluster] = await listRemoteClusters(services.db, clusterId);
  const access = cluster && openAccess(services, cluster);
  if (access) return access;
  throw new ProblemError(
    "unavailable",
    `Nothing is known by which the master of cluster ${clusterId} could be asked. Give the cluster a new credential.`,
  );
}

/** Those whose credential can be opened. */
export async function listRemoteMasters(services: Services): Promise<RemoteMaster[]> {
  const all = await listRemoteClusters(services.db);
  return all.flatMap((cluster) => {
    const access = openAccess(services, cluster);
    if (!access || !cluster.contact) return [];
    const { credential: _, ...contact } = cluster.contact;
    return [{ ...contact, access }];
  });
}

/** null: there is no credential, or it was sealed under another IFRIT_SECRET. */
export function openAccess(
  { env, log }: Pick<Services, "env" | "log">,
  { id: clusterId, url, contact }: RemoteCluster,
): MasterAccess | null {
  if (!contact) return null;
  try {
    const credential = openCredential(env.IFRIT_SECRET, clusterId, contact.credential);
    return { clusterId, url, credential };
  } catch {
    log.error({ clusterId }, "the credential was sealed under another IFRIT_SECRET");
    return null;
  }
}
