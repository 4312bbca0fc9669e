import { z } from "zod";
import { MachineType } from "../contract/machine-type.ts";
import { ClusterId, MachineId } from "../contract/names.ts";
import { ReportRequest } from "../contract/report.ts";
import { slotCount } from "../desired-state/slot.ts";

/** A report on its way from the check-in lane to MySQL. */
export const ReportEntry = z.object({
  machineId: MachineId,
  clusterId: ClusterId,
  type: MachineType,
  slot: z
    .number()
    .int()
    .min(0)
    .max(slotCount - 1),
  /** By the master's clock. */
  receivedAtMs: z.number().int().positive(),
  report: ReportRequest,
});
export type ReportEntry = z.infer<typeof ReportEntry>;

/** The field of a stream entry that holds the JSON. */
export const reportField = "r";
