import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { DesiredState } from "../../contract/desired-state.ts";
import { agentPaths } from "../../contract/headers.ts";
import { ReleasePlan } from "../../contract/release-plan.ts";
import { createEnrollmentToken } from "../../machines/create-enrollment-token.ts";
import { uploadPackage } from "../../packages/upload-package.ts";
import { type RequestContext, systemContext } from "../../platform/request-context.ts";
import type { Services } from "../../platform/services.ts";
import { advanceReleases } from "../../releases/advance-releases.ts";
import { buildArchive } from "../../testing/build-archive.ts";
import { createMachine } from "../../testing/create-machine.ts";
import { freePort } from "../../testing/free-port.ts";
import { killServer, type LaunchedServer, launchServer } from "../../testing/launch-server.ts";
import {
  agentState,
  enrollRequest,
  reportRequest,
  type SampleMachine,
  sampleMachine,
  tokenRequest,
} from "../../testing/sample-machine.ts";
import { createTestServices } from "../../testing/test-services.ts";
import { createCluster } from "../create-cluster.ts";
import { createMasterCredential } from "../create-master-credential.ts";
import { exchangeWithMasters } from "../exchange-with-masters.ts";
import { pushPackages } from "../push-packages.ts";

/*
 * A manage with a cluster of its own ("a"), in this process so that tests can look in between, and
 * the master of cluster "b" as a process with a database, a Redis and a disk of its own. The machines
 * of b speak the agents' wire with it.
 */

const setup = systemContext("setup", "test");
export const vera: RequestContext = {
  ...{ requestId: "request-of-vera", source: "test" },
  actor: { kind: "user", name: "vera", userId: 1, role: "administrator" },
};

type WireMachine = { machine: SampleMachine; token: string; sequence: number; runs: string | null };

/** @param masterUnder what the master's process runs under, as faketime */
export async function openTwoDeployments(masterUnder: readonly string[] = []) {
  const manage = await createTestServices({ env: { IFRIT_ROLE: "all" } });
  const master = await createTestServices({ env: { IFRIT_ROLE: "master" } });
  const port = String(await freePort());
  const masterEnv = { IFRIT_ROLE: "master", PORT: port, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const start = () => launchServer(master, masterEnv, masterUnder);
  await createCluster(master, setup, { id: "b", name: "B" });
  const { credential } = await createMasterCredential(master, setup, "b");
  const world = new TwoDeployments(manage, master, start, await start(), credential);
  const masterUrl = world.server.url;
  await createCluster(manage, setup, { id: "a", name: "A" });
  await createCluster(manage, setup, { id: "b", name: "B", masterUrl, credential });
  for (const id of ["a-1", "a-2"])
    await createMachine(manage, "a", { id, slot: id === "a-1" ? 1 : 9000 });
  await world.enrollMachines(3);
  return world;
}

export class TwoDeployments {
  readonly machines: WireMachine[] = [];
  readonly agentName = "log-agent";
  readonly manage: Services;
  readonly master: Services;
  readonly start: () => Promise<LaunchedServer>;
  readonly credential: string;
  server: LaunchedServer;

  constructor(
    manage: Services,
    master: Services,
    start: () => Promise<LaunchedServer>,
    server: LaunchedServer,
    credential: string,
  ) {
    this.manage = manage;
    this.master = master;
    this.start = start;
    this.server = server;
    this.credential = credential;
  }

  async upload(version: string): Promise<void> {
    const bytes = await buildArchive(this.agentName, version);
    await uploadPackage(this.manage, vera, { body: Readable.from([bytes]) });
  }

  async enrollMachines(count: number): Promise<void> {
    const { token: enrollmentToken } = await createEnrollmentToken(this.master, setup, {
      ...{ clusterId: "b", label: "test", uses: count, ttlSeconds: 600 },
    });
    for (let index = 0; index < count; index += 1) {
      const machine = sampleMachine();
      await this.#post(agentPaths.enroll, enrollRequest(machine, enrollmentToken));
      const issued = await this.#post(agentPaths.token, tokenRequest(machine, "b", 1));
      const { token } = (await issued.json()) as { token: string };
      this.machines.push({ machine, token, sequence: 0, runs: null });
    }
  }

  /** One round: jobs of manage, then every machine checks in and does as it is told. */
  async tick(): Promise<void> {
    await exchangeWithMasters(this.manage);
    await pushPackages(this.manage);
    await this.#liveInA();
    for (const one of this.machines) await this.checkIn(one).catch(() => undefined);
    await advanceReleases(this.manage);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  /** Ticks for at least a minute until something holds; what it was last is in the error. */
  async until<T>(read: () => Promise<T>, holds: (value: T) => boolean, ticks = 60): Promise<T> {
    const endMs = Date.now() + 60_000;
    let value = await read();
    for (let tick = 0; (tick < ticks || Date.now() < endMs) && !holds(value); tick += 1) {
      await this.tick();
      value = await read();
    }
    if (!holds(value)) throw new Error(`it does not come to pass: ${JSON.stringify(value)}`);
    return value;
  }

  /** What the machine is told to run: a version, or null. It runs it from then on, and says so. */
  async checkIn(one: WireMachine): Promise<string | null> {
    const authorization = `Bearer ${one.token}`;
    const answer = await fetch(this.server.url + agentPaths.desiredState, {
      headers: { authorization },
    });
    if (answer.status !== 200) throw new Error(`check-in: ${answer.status}`);
    const { agents } = DesiredState.parse(await answer.json());
    const wanted = agents.find(({ name }) => name === this.agentName);
    one.runs = wanted?.want === "present" ? wanted.version : null;
    one.sequence += 1;
    const states =
      wanted?.want === "present"
        ? [
            agentState({
              name: this.agentName,
              version: wanted.version,
              releaseId: wanted.releaseId,
            }),
          ]
        : [];
    await this.#post(agentPaths.report, reportRequest(one.sequence, states), one.token);
    return one.runs;
  }

  async told(): Promise<(string | null)[]> {
    return Promise.all(this.machines.map((one) => this.checkIn(one)));
  }

  async killMaster(): Promise<void> {
    await killServer(this.server);
  }

  async restartMaster(): Promise<void> {
    this.server = await this.start();
  }

  plan(version: string, clusterIds: string[] = ["a", "b"]): ReleasePlan {
    const stages = [
      { kind: "batch", upToPercent: 50, gate: { control: { mode: "off" } } },
      { kind: "full", gate: { control: { mode: "off" } } },
    ];
    return ReleasePlan.parse({
      ...{ agentName: this.agentName, version, machineTypes: ["LINUX"] },
      clusters: clusterIds.map((clusterId) => ({ clusterId, stages, verification: "automatic" })),
    });
  }

  /** The machines of a do whatever the newest entry says, at once. */
  async #liveInA(): Promise<void> {
    const nowMs = this.manage.now();
    const { db } = this.manage;
    await db.execute(sql`UPDATE machines SET last_seen_at_ms = ${nowMs} WHERE cluster_id = 'a'`);
    await db.execute(sql`
      REPLACE INTO machine_agent_states
        (machine_id, agent_name, cluster_id, machine_type, slot, phase, version, release_id, reported_at_ms, changed_at_ms)
      SELECT m.id, e.agent_name, 'a', m.type, m.slot, 'running', e.version, e.release_id, ${nowMs}, ${nowMs}
      FROM machines m JOIN desired_entries e ON e.cluster_id = 'a'
      WHERE m.cluster_id = 'a' AND e.timestamp_ms = (SELECT MAX(timestamp_ms) FROM desired_entries WHERE cluster_id = 'a')
      GROUP BY m.id`);
  }

  #post(path: string, body: unknown, token?: string): Promise<Response> {
    const authorization = token ? { authorization: `Bearer ${token}` } : undefined;
    return fetch(this.server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization },
      body: JSON.stringify(body),
    });
  }
}
