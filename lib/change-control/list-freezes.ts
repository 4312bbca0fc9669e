import { and, asc, eq, gt, isNull, or } from "drizzle-orm";
import { freezes } from "../../drizzle/schema/freezes.ts";
import type { FreezeView } from "../contract/change-control.ts";
import type { Services } from "../platform/services.ts";

/** Those that stand; with a cluster: those that bind it. */
export async function listFreezes(
  services: Pick<Services, "db" | "now">,
  clusterId?: string,
): Promise<FreezeView[]> {
  const rows = await services.db
    .select()
    .from(freezes)
    .where(
      and(
        isNull(freezes.liftedAtMs),
        or(isNull(freezes.untilMs), gt(freezes.untilMs, services.now())),
        clusterId === undefined
          ? undefined
          : or(isNull(freezes.clusterId), eq(freezes.clusterId, clusterId)),
      ),
    )
    .orderBy(asc(freezes.id));
  return rows.map(toFreezeView);
}

export function toFreezeView(row: typeof freezes.$inferSelect): FreezeView {
  const { liftedAtMs: _, liftedBy: __, ...view } = row;
  return { ...view, notAt: [] };
}
