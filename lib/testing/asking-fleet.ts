import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { releaseClusters } from "../../drizzle/schema/release-clusters.ts";
import { refreshChangeControl } from "../change-control/refresh-change-control.ts";
import { header } from "../contract/headers.ts";
import { checkIn } from "../machines/check-in.ts";
import { signMachineToken } from "../machines/machine-token.ts";
import { loadMaster } from "../master/load-master.ts";
import { createMaster, type Master } from "../master/master.ts";
import { refreshCluster } from "../master/refresh-cluster.ts";
import type { Services } from "../platform/services.ts";
import { createCluster } from "./create-cluster.ts";
import { createDesiredEntry } from "./create-desired-entry.ts";
import { createMachine } from "./create-machine.ts";
import { createPackage } from "./create-package.ts";
import { createReleaseRow } from "./create-release-row.ts";
import { agentState } from "./sample-machine.ts";
import { createTestServices } from "./test-services.ts";

/* A fleet whose machines ask masters in memory whether they may change, as over the wire. */

/** A cluster whose machines are asked to run log-agent 1.0.0 by release 1 (and what more is given). */
export async function openFleet(machineCount: number, agentNames: string[] = ["log-agent"]) {
  const clock = { nowMs: Date.now() };
  const services = await createTestServices({ now: () => clock.nowMs });
  const cluster = await createCluster(services);
  const releaseIds: Record<string, number> = {};
  for (const agentName of agentNames) {
    await createPackage(services, { agentName, version: "1.0.0" });
    const wanted = { clusterId: cluster.id, agentName, version: "1.0.0" };
    const { id: releaseId } = await createReleaseRow(services, wanted);
    await services.db.insert(releaseClusters).values({
      ...{ releaseId, clusterId: cluster.id, position: 0, state: "full", stageOpenedAtMs: [] },
    });
    await createDesiredEntry(services, { ...wanted, releaseId });
    releaseIds[agentName] = releaseId;
  }
  const ids: string[] = [];
  for (let index = 0; index < machineCount; index += 1)
    ids.push((await createMachine(services, cluster.id)).id);
  const masters = [await openMaster(services), await openMaster(services)] as [Master, Master];
  return { services, clock, clusterId: cluster.id, releaseIds, ids, masters };
}

export async function openMaster(services: Services): Promise<Master> {
  const master = createMaster(services);
  await loadMaster(master);
  for (const clusterId of master.localClusters) await refreshCluster(master, clusterId);
  return master;
}

export async function refresh(...masters: Master[]): Promise<void> {
  for (const master of masters)
    await refreshChangeControl(master.services, master.changeControl, master.localClusters);
}

export async function ask(
  master: Master,
  machineId: string,
  given: { appliedEtag?: string | undefined; switching?: string } = {},
) {
  const clusterId = master.localClusters[0]!;
  const claims = { machineId, clusterId, type: "LINUX", slot: 0 } as const;
  const token = signMachineToken(master.tokenKey, claims, master.now() + 600_000);
  const answer = await checkIn(master, {
    authorization: `Bearer ${token}`,
    ifNoneMatch: undefined,
    stateDigest: undefined,
    appliedEtag: given.appliedEtag,
    switching: given.switching,
  });
  const at = (name: string) => {
    const index = answer.headers.indexOf(name);
    return index === -1 ? null : answer.headers[index + 1]!;
  };
  const change = at(header.change);
  return { etag: at("etag")!, change, agents: at(header.blockedAgents), mayChange: !change };
}

/** As its report, carried to MySQL, would say. */
export async function report(
  services: Services,
  clusterId: string,
  machineId: string,
  overrides: Parameters<typeof agentState>[0] = {},
) {
  const { name: agentName, ...state } = agentState(overrides);
  const row = { ...state, failure: state.failure ?? undefined };
  const nowMs = services.now();
  await services.db
    .insert(machineAgentStates)
    .values({
      ...{ machineId, agentName, clusterId, machineType: "LINUX", slot: 0, ...row },
      ...{ reportedAtMs: nowMs, changedAtMs: nowMs },
    })
    .onDuplicateKeyUpdate({ set: { phase: state.phase, version: state.version } });
}
