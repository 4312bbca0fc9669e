import { eq } from "drizzle-orm";
import { clusters } from "../../drizzle/schema/clusters.ts";
import { createCluster } from "../../lib/clusters/create-cluster.ts";
import { systemContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";

export const defaultClusterId = "local";

/** The cluster that this machine belongs to. */
export async function ensureDefaultCluster(services: Services): Promise<void> {
  const [present] = await services.db
    .select({ id: clusters.id })
    .from(clusters)
    .where(eq(clusters.id, defaultClusterId));
  if (present) return;
  const ctx = systemContext("setup", "setup");
  await createCluster(services, ctx, { id: defaultClusterId, name: "Local" });
}
