import { inArray } from "drizzle-orm";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { type MachineStatus, machines } from "../../drizzle/schema/machines.ts";
import type { AuditEntry } from "../audit/audited-transaction.ts";
import type { MachineVerb, StatusReason } from "../contract/machine-views.ts";
import type { Transaction } from "../platform/database.ts";

type Next = { status: MachineStatus; statusReason: StatusReason };
type Before = Pick<typeof machines.$inferSelect, "id" | "clusterId" | "status">;

const idsPerStatement = 1_000;

/**
 * The one place that changes a machine's status, each with its audit row. What a revoked machine last
 * reported no longer counts; a renewed one's key is worth nothing from now on.
 */
export async function setMachineStatus(
  tx: Transaction,
  audit: (entry: AuditEntry) => Promise<void>,
  before: readonly Before[],
  verb: MachineVerb,
  { status, statusReason }: Next,
): Promise<void> {
  const renewed = { publicKey: "", tokenCounter: 0, tokenInstance: "", tokenInstanceAtMs: 0 };
  for (let start = 0; start < before.length; start += idsPerStatement) {
    const ids = before.slice(start, start + idsPerStatement).map(({ id }) => id);
    await tx
      .update(machines)
      .set({ status, statusReason, ...(verb === "renew" ? renewed : {}) })
      .where(inArray(machines.id, ids));
    if (status === "revoked")
      await tx.delete(machineAgentStates).where(inArray(machineAgentStates.machineId, ids));
  }
  const { code, remark } = statusReason;
  for (const machine of before)
    await audit({
      ...{ action: "machine.status-changed", subjectKind: "machine", subjectId: machine.id },
      clusterId: machine.clusterId,
      before: { status: machine.status },
      after: { status, verb, code, remark },
    });
}
