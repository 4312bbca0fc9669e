import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test as base, expect } from "@playwright/test";
import type { ProcessIdentity } from "../scripts/system/process-identity.ts";
import { readRunningProcess } from "../scripts/system/process-record.ts";
import { sessionMembers } from "../scripts/system/process-session.ts";
import { readInstance } from "../scripts/up/instance.ts";
import { daemonRecords } from "../scripts/up/stop-leftovers.ts";
import { buildSamplePackage } from "./build-package.ts";
import { isSwitching, readManagedAgent } from "./managed-agent.ts";
import { OperatorApi } from "./operator-api.ts";
import { type Ifrit, startIfrit } from "./start-ifrit.ts";

/** Polls of seconds, so that many releases fit into a test. */
const test = base.extend<{ api: OperatorApi }, { quickIfrit: Ifrit }>({
  quickIfrit: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants it destructured
    async ({}, use) => {
      const quick = { IFRIT_POLL_SECONDS: "2", IFRIT_FAST_POLL_SECONDS: "1" };
      const ifrit = await startIfrit(quick);
      await use(ifrit);
      await ifrit.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  api: async ({ quickIfrit }, use) => {
    const api = await OperatorApi.signIn(quickIfrit);
    await use(api);
    await api.close();
  },
});

const victims = ["ifrit-agent", "guard of ifrit-agent", "server", "Redis", "MariaDB"] as const;
const moments = ["when it has just been ordered", "in the middle of the switch"] as const;

let patch = 0;

for (const victim of victims)
  for (const moment of moments)
    test(`kill -9 of ${victim} ${moment} of a release: it converges, and no managed agent stopped`, async ({
      quickIfrit,
      api,
    }) => {
      const { agentRoot } = quickIfrit;
      await ensureSteadyAgent(quickIfrit, api);
      const steady = readManagedAgent(agentRoot, "steady-agent");
      const before = readManagedAgent(agentRoot, "hello-agent");
      expect(steady).not.toBeNull();
      expect(before).not.toBeNull();
      patch += 1;
      const version = `2.0.${patch}`;
      await api.upload(buildSamplePackage({ version }));
      const ordered = (await api.audit("release.created")).length;
      const seen = watchAgent(agentRoot, "hello-agent");
      const { id } = await api.release("hello-agent", version);
      if (moment === "in the middle of the switch")
        await expect
          .poll(() => isSwitching(agentRoot, "hello-agent"), { intervals: [20], timeout: 90_000 })
          .toBe(true);
      kill(quickIfrit, victim);
      const seconds = await api.untilCompleted(id);
      console.log(`    ${victim} killed ${moment}: complete after ${seconds.toFixed(1)} s`);
      const processes = await seen.stop();
      const after = readManagedAgent(agentRoot, "hello-agent");
      expect(after?.version).toBe(version);
      expect(after?.commandLine.join(" ")).toContain(`/versions/${version}/`);
      // The old version ran until the new one took its place. A switch that loses its ifrit-agent half-way
      // is done again, so then the new version may have been started twice; otherwise once.
      expect(processes[0]).toBe(`${before!.version} ${before!.pid}`);
      expect(processes.at(-1)).toBe(`${version} ${after!.pid}`);
      expect(processes.length).toBeLessThanOrEqual(victim.endsWith("ifrit-agent") ? 3 : 2);
      expect(readManagedAgent(agentRoot, "steady-agent")).toEqual(steady);
      expect(await api.audit("release.created")).toHaveLength(ordered + 1);
    });

async function ensureSteadyAgent(ifrit: Ifrit, api: OperatorApi): Promise<void> {
  if (readManagedAgent(ifrit.agentRoot, "steady-agent")) return;
  await api.upload(buildSamplePackage({ name: "steady-agent", version: "1.0.0" }));
  const { id } = await api.release("steady-agent", "1.0.0");
  await api.untilCompleted(id);
}

function kill(ifrit: Ifrit, victim: (typeof victims)[number]): void {
  const records = daemonRecords(readInstance({ IFRIT_DATA_DIR: ifrit.dataDir }));
  const isAgent = victim === "ifrit-agent" || victim === "guard of ifrit-agent";
  const recorded = readRunningProcess(records[isAgent ? "ifrit-agent" : victim]!);
  // The guard leads a session; ifrit-agent itself is the Deno process in it.
  const victimProcess = victim === "ifrit-agent" ? recorded && denoOf(recorded) : recorded;
  if (!victimProcess) throw new Error(`${victim} does not run`);
  process.kill(victimProcess.pid, "SIGKILL");
}

function denoOf(guard: ProcessIdentity): ProcessIdentity | undefined {
  return sessionMembers(guard).find(({ pid }) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("ifrit-agent.js\0run\0"),
  );
}

/** Notes every process that an agent has had. */
function watchAgent(agentRoot: string, name: string) {
  const seen = new Set<string>();
  let stopped = false;
  const look = () => {
    const agent = readManagedAgent(agentRoot, name);
    if (agent) seen.add(`${agent.version} ${agent.pid}`);
  };
  const watching = (async () => {
    while (!stopped) {
      look();
      await sleep(20);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return [...seen];
    },
  };
}
