import type {
  CheckMasterAnswer,
  CheckMasterRequest,
  MasterProblem,
} from "../contract/cluster-views.ts";
import { MasterStatus, masterApiNumber } from "../contract/master-api.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { askMaster, MasterSilent } from "./ask-master.ts";
import { requireAdministrator } from "./require-administrator.ts";

/** Evidence is aged by the difference of clocks, so that it does no harm; but somebody should know. */
const clockMsMax = 60_000;

/**
 * Would this master do for the cluster? Asked once, now; nothing is kept.
 * @throws ProblemError forbidden
 */
export async function checkMaster(
  services: Services,
  ctx: RequestContext,
  { id, masterUrl, credential }: CheckMasterRequest,
): Promise<CheckMasterAnswer> {
  requireAdministrator(ctx, id);
  const warnings: CheckMasterAnswer["warnings"] = [];
  if (masterUrl.startsWith("http:")) warnings.push("plainHttp");
  const askedAtMs = services.now();
  try {
    const status = await askMaster(
      { clusterId: id, url: masterUrl, credential },
      { method: "GET", path: "status", answer: MasterStatus, bytesMax: 4 * 1024 * 1024 },
    );
    const answeredAtMs = services.now();
    const clockAheadMs = Math.round(status.nowMs - (askedAtMs + answeredAtMs) / 2);
    if (Math.abs(clockAheadMs) > clockMsMax) warnings.push("clock");
    const found = {
      ...{ version: status.version, machines: status.machines.total, clockAheadMs },
      answeredInMs: Math.max(0, answeredAtMs - askedAtMs),
    };
    return { problem: problemOf(status), found, warnings };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { problem: explain(error), found: null, warnings };
  }
}

function problemOf({ api, scope }: MasterStatus): CheckMasterAnswer["problem"] {
  if (api !== masterApiNumber)
    return { code: "version", detail: `It speaks ${api}, this deployment ${masterApiNumber}.` };
  if (scope === "read")
    return { code: "readOnly", detail: "The credential may read, but not order anything." };
  return null;
}

function explain(error: ProblemError): { code: MasterProblem; detail: string } {
  const code = error instanceof MasterSilent ? error.why : "notIfrit";
  return { code, detail: error.message };
}
