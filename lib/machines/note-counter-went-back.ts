import { eq } from "drizzle-orm";
import { machines } from "../../drizzle/schema/machines.ts";
import { auditedTransaction } from "../audit/audited-transaction.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";

/** A disk or a memory was put back, or there is a copy of it: one row for each time. */
export async function noteCounterWentBack(
  services: Services,
  {
    id,
    clusterId,
    tokenCounter,
  }: Pick<typeof machines.$inferSelect, "id" | "clusterId" | "tokenCounter">,
  counter: number,
): Promise<void> {
  await auditedTransaction(services, systemContext("clone watch", "agent"), async (tx, audit) => {
    await tx
      .update(machines)
      .set({ counterWentBackAtMs: services.now() })
      .where(eq(machines.id, id));
    await audit({
      ...{ action: "machine.counter-went-back", subjectKind: "machine", subjectId: id, clusterId },
      ...{ before: { counter: tokenCounter }, after: { counter } },
    });
  });
}
