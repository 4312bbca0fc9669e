import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { simulateFleet } from "../../../scripts/simulate/simulate-fleet.ts";
import { admitMachines } from "../../../scripts/simulate/testing/admit-machines.ts";
import type { ReleaseDetail } from "../../contract/console-views.ts";
import { ReleasePlan } from "../../contract/release-plan.ts";
import { systemContext } from "../../platform/request-context.ts";
import { createCluster } from "../../testing/create-cluster.ts";
import { createPackage, packageManifest } from "../../testing/create-package.ts";
import { freePort } from "../../testing/free-port.ts";
import { killServer, killServers, launchServer } from "../../testing/launch-server.ts";
import { createTestServices } from "../../testing/test-services.ts";
import { createRelease } from "../create-release.ts";
import { releaseDetail } from "../release-detail.ts";

/* A master that is away for longer than a machine may be silent, while a release is under way. */

const agentName = "log-agent";
const machines = 300;
/** Silent is who has not been heard for three polls, two flushes and five seconds: 13 s. */
const env = { IFRIT_POLL_SECONDS: 2, IFRIT_FAST_POLL_SECONDS: 2, IFRIT_FLUSH_SECONDS: 1 };
const serverEnv = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, `${value}`]));
const awayMs = 20_000;

afterEach(killServers);

test("a good version is not halted because the master was away, in a batch or when everything is open", async () => {
  const services = await createTestServices({ env });
  const { id: clusterId } = await createCluster(services);
  const shape = { name: "away", machines, seed: 1, behaviours: {} };
  const admitted = await admitMachines(services, clusterId, shape);
  const manifest = packageManifest({ name: agentName, version: "1.1.0" });
  await createPackage(services, { agentName, version: "1.1.0", manifest });
  const port = String(await freePort());
  const start = () => launchServer(services, { ...serverEnv, IFRIT_ROLE: "all", PORT: port });
  let server = await start();
  const fleet = simulateFleet({
    ...{ ...shape, ...admitted, masterUrl: server.url },
    spreadMs: 2_000,
  });
  const gate = { soakSeconds: 10, control: { mode: "off" } };
  const stages = [
    { kind: "batch", upToPercent: 10, gate },
    { kind: "full", gate },
  ];
  const plan = ReleasePlan.parse({
    ...{ agentName, version: "1.1.0", machineTypes: ["LINUX"] },
    clusters: [{ clusterId, stages, verification: "automatic" }],
  });
  const { id } = await createRelease(services, systemContext("operator", "test"), { plan });
  const until = async (holds: (release: ReleaseDetail) => boolean) => {
    const endMs = Date.now() + 200_000;
    for (;;) {
      const release = await releaseDetail(services, id);
      if (holds(release)) return release;
      const { state, waitingFor, counts } = release;
      if (state === "paused" || Date.now() > endMs)
        throw new Error(JSON.stringify({ state, waitingFor, counts }));
      await sleep(250);
    }
  };
  const isWatched = (stage: number) => (release: ReleaseDetail) =>
    release.waitingFor?.code === "soak" && release.waitingFor.values.stage === stage;
  try {
    for (const stage of [1, 2]) {
      await until(isWatched(stage));
      await killServer(server);
      await sleep(awayMs);
      server = await start();
    }
    const completed = await until(({ state }) => state === "completed");
    expect(completed.counts).toMatchObject({ targeted: machines, healthy: machines, failed: 0 });
    const kinds = completed.events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "stageOpened")).toHaveLength(2);
    expect(kinds).not.toContain("gateFailed");
  } finally {
    await fleet.stop();
  }
}, 600_000);
