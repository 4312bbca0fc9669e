import { and, eq, gt, isNull, or } from "drizzle-orm";
import { holds } from "../../drizzle/schema/holds.ts";
import type { HoldView } from "../contract/change-control.ts";
import type { Services } from "../platform/services.ts";
import { toHold } from "./list-holds.ts";

/** Those that leave machines of the cluster out of changes of the agent now. */
export async function holdsOfAgent(
  { db, now }: Pick<Services, "db" | "now">,
  clusterId: string,
  agentName: string,
): Promise<HoldView[]> {
  const rows = await db
    .select()
    .from(holds)
    .where(
      and(
        gt(holds.untilMs, now()),
        or(isNull(holds.agentName), eq(holds.agentName, agentName)),
        or(isNull(holds.clusterId), eq(holds.clusterId, clusterId)),
      ),
    );
  return rows.map(toHold);
}
