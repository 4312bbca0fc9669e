import type { AgentDetail } from "../contract/console-views.ts";
import { listPackages } from "../packages/list-known-agents.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import { listAgents } from "./list-agents.ts";

/** @throws ProblemError not_found */
export async function agentDetail(
  services: Services,
  name: string,
  cluster?: string | undefined,
): Promise<AgentDetail> {
  const [summary] = await listAgents(services, { name, cluster });
  if (!summary) throw new ProblemError("not_found", `There is no agent "${name}".`);
  return { ...summary, packages: await listPackages(services, name) };
}
