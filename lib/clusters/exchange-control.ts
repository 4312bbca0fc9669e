import { absorbControl } from "../change-control/absorb-control.ts";
import { controlForMaster } from "../change-control/control-for-master.ts";
import { shiftControl } from "../change-control/shift-control.ts";
import type { MasterStatus } from "../contract/master-api.ts";
import { type MasterControl, MasterControlAnswer } from "../contract/master-control.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { systemContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster, type MasterAccess } from "./ask-master.ts";

/**
 * Freezes, holds and rules of manage and of a master are brought together. Returns what the master has
 * then, its times by our clock.
 */
export async function exchangeControl(
  services: Services,
  access: MasterAccess,
  status: MasterStatus,
): Promise<MasterControl> {
  const { clusterId } = access;
  const has = shiftControl(status.control, services.now() - status.nowMs);
  await absorbControl(services, clusterId, has);
  const order = await controlForMaster(services, clusterId, has);
  if (!order || status.scope === "read") return has;
  try {
    const answer = await askMaster(access, {
      ...{ method: "PUT", path: "control", answer: MasterControlAnswer, json: order },
      by: systemContext("exchange", "scheduler"),
    });
    const now = shiftControl(answer.control, services.now() - answer.nowMs);
    await absorbControl(services, clusterId, now);
    return now;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code === "unavailable") throw error;
    services.log.warn({ clusterId, err: error.message }, "a master refused freezes or holds");
    return has;
  }
}
