import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { remoteMasters } from "../../drizzle/schema/remote-masters.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import type { MasterAccess } from "./ask-master.ts";
import { openCredential } from "./seal-credential.ts";

export type RemoteMaster = Omit<typeof remoteMasters.$inferSelect, "credential"> & {
  access: MasterAccess;
};

/** @throws ProblemError unavailable: the cluster has no master that could be asked */
export async function findAccess(services: Services, clusterId: string): Promise<MasterAccess> {
  const found = (await listRemoteMasters(services)).find((one) => one.clusterId === clusterId);
  if (found) return found.access;
  throw new ProblemError(
    "unavailable",
    `Nothing is known by which the master of cluster ${clusterId} could be asked. Add the cluster anew with its credential.`,
  );
}

/** Those whose credential can be opened. */
export async function listRemoteMasters(services: Services): Promise<RemoteMaster[]> {
  const rows = await services.db
    .select({ url: clusters.masterUrl, master: remoteMasters })
    .from(remoteMasters)
    .innerJoin(clusters, eq(clusters.id, remoteMasters.clusterId));
  return rows.flatMap(({ url, master: { credential, ...master } }) => {
    if (url === null) return [];
    const { clusterId } = master;
    try {
      const opened = openCredential(services.env.IFRIT_SECRET, clusterId, credential);
      return [{ ...master, access: { clusterId, url, credential: opened } }];
    } catch {
      services.log.error({ clusterId }, "the credential was sealed under another IFRIT_SECRET");
      return [];
    }
  });
}
