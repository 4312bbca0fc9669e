import { desc, eq } from "drizzle-orm";
import { masterCredentials } from "../../drizzle/schema/master-credentials.ts";
import type { CredentialView } from "../contract/cluster-views.ts";
import type { Services } from "../platform/services.ts";

const listedMax = 200;

/** On the master's side: a cluster's credentials, newest first. `currentId`: by which one asks. */
export async function listMasterCredentials(
  { db }: Pick<Services, "db">,
  clusterId: string,
  currentId?: number,
): Promise<CredentialView[]> {
  const rows = await db
    .select()
    .from(masterCredentials)
    .where(eq(masterCredentials.clusterId, clusterId))
    .orderBy(desc(masterCredentials.id))
    .limit(listedMax);
  return rows.map(({ secretHash: _, clusterId: __, ...row }) => ({
    ...row,
    isCurrent: row.id === currentId,
  }));
}
