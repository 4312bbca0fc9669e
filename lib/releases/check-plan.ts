import { findClusters } from "../clusters/find-clusters.ts";
import { findRemoteClusters } from "../clusters/find-remote-clusters.ts";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { PlanIssueCode } from "../contract/release-vocabulary.ts";
import { type FoundMachine, findMachines } from "../machines/find-machines.ts";
import { agentExists, platformsOfVersion } from "../packages/find-version.ts";
import type { Database } from "../platform/database.ts";
import { type InputIssue, ProblemError } from "../platform/problem-error.ts";

type Reader = Pick<Database, "select">;

/**
 * Does all that the plan names exist? What remote clusters' machines are, only their masters know:
 * checkRemoteGray asks them.
 * @throws ProblemError invalid_request, every issue with its place in the plan
 */
export async function checkPlan(db: Reader, plan: ReleasePlan): Promise<void> {
  const issues = [
    ...checkTwice(plan),
    ...(await checkVersion(db, plan)),
    ...(await checkClusters(db, plan)),
    ...(await checkLocalGray(db, plan)),
  ];
  refuseIssues(issues);
}

/** @throws ProblemError invalid_request when there are any */
export function refuseIssues(issues: InputIssue[]): void {
  const [first] = issues;
  if (first)
    throw new ProblemError("invalid_request", `The plan cannot be released: ${first.message}.`, {
      issues,
    });
}

function checkTwice({ clusters }: ReleasePlan): InputIssue[] {
  return clusters.flatMap(({ clusterId }, index) =>
    clusters.findIndex((other) => other.clusterId === clusterId) < index
      ? [
          {
            path: `clusters.${index}.clusterId`,
            ...issueText("clusterTwice", `${clusterId} stands in it twice`, { clusterId }),
          },
        ]
      : [],
  );
}

async function checkVersion(
  db: Reader,
  { agentName, version }: ReleasePlan,
): Promise<InputIssue[]> {
  if (!(await agentExists(db, agentName))) {
    const message = `there is no agent ${agentName}; upload a package first`;
    return [{ path: "agentName", ...issueText("noAgent", message, { agentName }) }];
  }
  if (version === null) return [];
  if ((await platformsOfVersion(db, agentName, version)).length > 0) return [];
  const message = `${agentName} has no package of version ${version}`;
  return [{ path: "version", ...issueText("noVersion", message, { agentName, version }) }];
}

async function checkClusters(db: Reader, { clusters }: ReleasePlan): Promise<InputIssue[]> {
  const known = await findClusters(
    db,
    clusters.map((cluster) => cluster.clusterId),
  );
  return clusters.flatMap(({ clusterId }, index) =>
    known.has(clusterId)
      ? []
      : [
          {
            path: `clusters.${index}.clusterId`,
            ...issueText("noCluster", `there is no cluster ${clusterId}`, { clusterId }),
          },
        ],
  );
}

async function checkLocalGray(db: Reader, plan: ReleasePlan): Promise<InputIssue[]> {
  const remote = await findRemoteClusters(
    db,
    plan.clusters.map(({ clusterId }) => clusterId),
  );
  return checkGrayMachines(plan, async (clusterId, machineIds) =>
    remote.has(clusterId) ? null : findMachines(db, machineIds),
  );
}

type FindMachines = (
  clusterId: string,
  machineIds: readonly string[],
) => Promise<ReadonlyMap<string, FoundMachine> | null>;

/** What is wrong with the machines that gray stages name. `find` answers null for "not mine". */
export async function checkGrayMachines(
  plan: ReleasePlan,
  find: FindMachines,
): Promise<InputIssue[]> {
  const issues: InputIssue[] = [];
  for (const [clusterIndex, { clusterId, stages }] of plan.clusters.entries())
    for (const [stageIndex, stage] of stages.entries()) {
      if (stage.kind !== "gray") continue;
      const known = await find(clusterId, stage.machineIds);
      if (!known) continue;
      for (const [index, machineId] of stage.machineIds.entries()) {
        const why = whyNot(machineId, known.get(machineId), clusterId, plan);
        const path = `clusters.${clusterIndex}.stages.${stageIndex}.machineIds.${index}`;
        if (why) issues.push({ path, ...why });
      }
    }
  return issues;
}

function whyNot(
  machineId: string,
  machine: FoundMachine | undefined,
  clusterId: string,
  plan: ReleasePlan,
): Omit<InputIssue, "path"> | null {
  if (!machine) return issueText("noMachine", `there is no machine ${machineId}`, { machineId });
  const { clusterId: at, status, type: machineType } = machine;
  if (at !== clusterId) {
    const message = `machine ${machineId} is in cluster ${at}`;
    return issueText("machineElsewhere", message, { machineId, clusterId: at });
  }
  if (status !== "accepted") {
    const message = `machine ${machineId} is ${status}`;
    return issueText("machineNotAccepted", message, { machineId, status });
  }
  if (plan.machineTypes.includes(machineType)) return null;
  const message = `machine ${machineId} is of type ${machineType}, which the plan leaves out`;
  return issueText("machineTypeLeftOut", message, { machineId, machineType });
}

/** The sentence for logs and scripts, and the code and values by which the console says it. */
export function issueText(
  code: PlanIssueCode,
  message: string,
  values: NonNullable<InputIssue["values"]>,
): Omit<InputIssue, "path"> {
  return { code, message, values };
}
