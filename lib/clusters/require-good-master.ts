import type { CheckMasterRequest } from "../contract/cluster-views.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { checkMaster } from "./check-master.ts";

/** @throws ProblemError forbidden · unavailable, whose issue names what is wrong (a MasterProblem) */
export async function requireGoodMaster(
  services: Services,
  ctx: RequestContext,
  request: CheckMasterRequest,
): Promise<void> {
  const { problem } = await checkMaster(services, ctx, request);
  if (!problem) return;
  const path =
    problem.code === "credential" || problem.code === "readOnly" ? "credential" : "masterUrl";
  throw new ProblemError("unavailable", problem.detail, {
    issues: [{ path, message: problem.code }],
  });
}
