import type { z } from "zod";
import { requirePermission } from "../access/require-permission.ts";
import {
  type ChangeMachinesRequest,
  MachineStatusView,
  MachinesChanged,
  MachinesChangePreview,
  type PreviewMachinesChangeRequest,
} from "../contract/machine-views.ts";
import { changeMachine, type MachineChange } from "../machines/change-machine.ts";
import { changeMachines, countMachinesToChange } from "../machines/change-machines.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster } from "./ask-master.ts";
import { atMaster } from "./at-master.ts";
import { clusterOfMachine } from "./cluster-of-machine.ts";
import { findAccess } from "./remote-access.ts";

/* Machines stand at their cluster's master, so that is where they are accepted, parked and revoked. */

/** @throws ProblemError forbidden, not_found, conflict, unavailable */
export async function changeMachineAtMaster(
  services: Services,
  ctx: RequestContext,
  change: Omit<MachineChange, "clusterId">,
): Promise<MachineStatusView> {
  const { machineId, verb, remark } = change;
  const { clusterId, isHere } = await clusterOfMachine(services, machineId);
  if (isHere) return changeMachine(services, ctx, change);
  requirePermission(ctx, "machines.write", { clusterId });
  return askMaster(await findAccess(services, clusterId), {
    ...{ method: "POST", path: `machines/${encodeURIComponent(machineId)}/${verb}` },
    ...{ json: { remark }, answer: MachineStatusView, by: ctx },
  });
}

/** @throws ProblemError forbidden, not_found, conflict, invalid_request, unavailable */
export async function changeMachinesAtMaster(
  services: Services,
  ctx: RequestContext,
  change: ChangeMachinesRequest,
): Promise<z.infer<typeof MachinesChanged>> {
  const clusterId = change.select.cluster;
  requirePermission(ctx, "machines.write", { clusterId });
  const here = async () => ({ changed: await changeMachines(services, ctx, change) });
  const there = { path: "machines/change", json: change, answer: MachinesChanged };
  return atMaster(services, ctx, clusterId, here, { method: "POST", ...there });
}

/** @throws ProblemError unavailable */
export async function countMachinesAtMaster(
  services: Services,
  ctx: RequestContext,
  change: PreviewMachinesChangeRequest,
): Promise<z.infer<typeof MachinesChangePreview>> {
  const here = async () => ({ count: await countMachinesToChange(services, change) });
  const there = { path: "machines/change/preview", json: change, answer: MachinesChangePreview };
  return atMaster(services, ctx, change.select.cluster, here, { method: "POST", ...there });
}
