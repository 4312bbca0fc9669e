import { and, eq } from "drizzle-orm";
import type { ResultSetHeader } from "mysql2/promise";
import { machines } from "../../drizzle/schema/machines.ts";
import { tokenSources } from "../../drizzle/schema/token-sources.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import type { StatusReason, TokenSource } from "../contract/machine-views.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

type Machine = Pick<typeof machines.$inferSelect, "id" | "clusterId">;

/**
 * Two machines use one identity: both are parked, for nobody can say from here which is the right one.
 * What runs on them goes on. An operator looks at both and unparks, renews or revokes it.
 */
export async function parkAsClone(
  services: Services,
  { id, clusterId }: Machine,
  why: string,
): Promise<void> {
  const own = eq(tokenSources.machineId, id);
  const [known] = await services.db.select().from(tokenSources).where(own);
  const sources = [known?.now, known?.before].filter((one): one is TokenSource => Boolean(one));
  const atMs = services.now();
  const statusReason: StatusReason = {
    ...{ code: "clone", by: "ifrit", remark: why, atMs, sources },
  };
  await auditedTransaction(services, systemContext("clone watch", "agent"), async (tx, audit) => {
    const [parked] = await tx
      .update(machines)
      .set({ status: "parked", statusReason })
      .where(and(eq(machines.id, id), eq(machines.status, "accepted")));
    await tx.update(tokenSources).set({ suspectedAtMs: 0 }).where(own);
    // Another master was quicker: its row is there, and this one says that it was seen here, too.
    const before = {
      status: (parked as ResultSetHeader).affectedRows === 1 ? "accepted" : "parked",
    };
    await audit({
      ...{ action: "machine.cloned", subjectKind: "machine", subjectId: id, clusterId, before },
      after: { status: "parked", why, sources },
    });
  });
  services.log.warn({ machineId: id, clusterId, why }, "two machines use one identity; parked");
}
