import { ReleasePlan } from "../../lib/contract/release-plan.ts";
import type { RequestContext } from "../../lib/platform/request-context.ts";
import type { Services } from "../../lib/platform/services.ts";
import { createRelease } from "../../lib/releases/create-release.ts";
import { planFromTemplate } from "../../lib/releases/engine/plan-templates.ts";
import { demoClusters } from "./demo-fleet.ts";

type Version = { name: string; version: string };
type Orderer = { services: Services; ctx: RequestContext };

const types = ["CONTAINER", "LINUX", "ARM64", "WINDOWS"];
const clusterIds = demoClusters.map(({ id }) => id);

async function order(
  { services, ctx }: Orderer,
  { name, version }: Version,
  rest: { stages: unknown[]; verification: "person" | "automatic"; note: string },
): Promise<number> {
  const { stages, verification, note } = rest;
  const plan = ReleasePlan.parse({
    ...{ agentName: name, version, machineTypes: types, note },
    clusters: clusterIds.map((clusterId) => ({ clusterId, stages, verification })),
  });
  return (await createRelease(services, ctx, { plan })).id;
}

const full = (gate: object = {}) => ({ kind: "full", gate });
/** Machines of the demo come and go: what is away is not waited for. */
const lenient = { failuresMax: 1_000_000, failureShareMax: 0.05, convergedShareMin: 0.9 };

/** Machines run it already: the release is over as soon as they have said so. */
export function orderBase(orderer: Orderer, version: Version): Promise<number> {
  const note = "The version that all clusters began with";
  return order(orderer, version, { stages: [full(lenient)], verification: "automatic", note });
}

export function orderWaiting(orderer: Orderer, version: Version): Promise<number> {
  const note = "Quicker orders; Beijing first, somebody looks at it, then Shanghai";
  return order(orderer, version, { stages: [full(lenient)], verification: "person", note });
}

/** Its second stage is large enough to fail in several ways. */
export function orderBad(orderer: Orderer, version: Version): Promise<number> {
  const gray = { kind: "gray", machineIds: [], select: { machinesMax: 1 }, gate: {} };
  const batch = { kind: "batch", upToPercent: 25, gate: { ...lenient, failureShareMax: 0.02 } };
  const note = "New process metrics";
  return order(orderer, version, { stages: [gray, batch, full()], verification: "person", note });
}

/** The safe template in minutes instead of hours: something happens while somebody looks. */
export function orderLively(orderer: Orderer, version: Version): Promise<number> {
  const soakSeconds = [10, 45, 90, 180, 60];
  const { clusters } = planFromTemplate("safe", {
    ...{ agentName: version.name, version: version.version, machineTypes: ["LINUX"], clusterIds },
  });
  const stages = clusters[0]?.stages ?? [];
  const quick = stages.map((stage, index) => ({
    ...stage,
    gate: { ...lenient, soakSeconds: soakSeconds[index] },
  }));
  const note = "Less memory for long lines";
  return order(orderer, version, { stages: quick, verification: "automatic", note });
}
