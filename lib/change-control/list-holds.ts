import { asc, gt } from "drizzle-orm";
import { holds } from "../../drizzle/schema/holds.ts";
import type { HoldView } from "../contract/change-control.ts";
import type { Services } from "../platform/services.ts";

/** Those that have not run out. */
export async function listHolds({ db, now }: Pick<Services, "db" | "now">): Promise<HoldView[]> {
  const rows = await db.select().from(holds).where(gt(holds.untilMs, now())).orderBy(asc(holds.id));
  return rows.map(toHold);
}

export function toHold({ machineId, labels, ...row }: typeof holds.$inferSelect): HoldView {
  const { orderKey: _, clusterId: __, origin: ___, ...hold } = row;
  return { ...hold, target: machineId === null ? { labels: labels ?? {} } : { machineId } };
}
