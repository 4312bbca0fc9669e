import assert from "node:assert/strict";
import { runCrashes } from "./crash/run-crashes.ts";
import { readRecord } from "./plan/agent-record.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { type BuiltPackage, buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";

const good = (version: string) =>
  buildPackage(
    { name: "sample", version },
    { "bin/sample": "#!/bin/sh\nwhile :; do sleep 0.2; done\n" },
  );
const [one, two, bad] = await Promise.all([
  good("1.0.0"),
  good("2.0.0"),
  buildPackage(
    { name: "sample", version: "3.0.0", settleSeconds: 1 },
    { "bin/sample": "#!/bin/sh\nexit 7\n" },
  ),
]);

/** Exactly one process of the agent runs, and it is of this version. */
async function runs(agent: AgentProcess, version: string): Promise<boolean> {
  const running = await agent.runningVersions("sample");
  return (
    running.length === 1 &&
    running[0] === version &&
    (await agent.currentVersion("sample")) === version
  );
}

async function settled(agent: AgentProcess): Promise<boolean> {
  return (await readRecord(agent.layout.agent("sample"))).change === null;
}

/** ifrit-agent dies at the point as by kill -9, is started again, and the machine arrives all the same. */
async function diesAt(
  failpoint: string,
  before: BuiltPackage[],
  act: (master: FakeMaster) => void,
  arrived: (agent: AgentProcess) => Promise<boolean>,
): Promise<void> {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  for (const [index, built] of before.entries()) {
    master.release(index + 1, built);
    agent.start();
    await eventually(`${built.manifest.version} runs`, () => runs(agent, built.manifest.version));
    await eventually("it is settled", () => settled(agent));
    await agent.kill("SIGTERM");
  }
  act(master);
  agent.start({ IFRIT_FAILPOINT: failpoint });
  assert.equal((await agent.ended()).signal, "SIGKILL");
  agent.start();
  await eventually(`arrival after ${failpoint}`, () => arrived(agent), 30_000);
}

const upgradePoints = [
  "download:verified",
  "download:cached",
  "install:unpacked",
  "install:staged",
  "install:published",
  "switch:journalled",
  "switch:flipped",
  "switch:stopped",
  "start:recorded",
  "start:gone",
  "switch:watched",
  "switch:committed",
];

for (const point of upgradePoints) {
  Deno.test(`fault 2: an upgrade that dies at ${point} arrives at the new version`, () =>
    diesAt(
      point,
      [one],
      (master) => master.release(2, two),
      async (agent) => (await runs(agent, "2.0.0")) && (await settled(agent)),
    ));
}

for (const point of [
  "install:staged",
  "switch:journalled",
  "switch:flipped",
  "start:recorded",
  "start:gone",
]) {
  Deno.test(`fault 2: a first install that dies at ${point} arrives`, () =>
    diesAt(
      point,
      [],
      (master) => master.release(1, one),
      async (agent) => (await runs(agent, "1.0.0")) && (await settled(agent)),
    ));
}

for (const point of [
  "rollback:journalled",
  "rollback:stopped",
  "rollback:flipped",
  "rollback:recorded",
]) {
  Deno.test(`fault 2: a rollback that dies at ${point} arrives at the old version`, () =>
    diesAt(
      point,
      [one],
      (master) => master.release(2, bad),
      async (agent) => {
        const { quarantine } = await readRecord(agent.layout.agent("sample"));
        return (
          quarantine[0]?.version === "3.0.0" &&
          (await settled(agent)) &&
          (await runs(agent, "1.0.0"))
        );
      },
    ));
}

for (const point of ["uninstall:stopped", "uninstall:renamed"]) {
  Deno.test(`fault 2: an uninstall that dies at ${point} leaves nothing behind`, () =>
    diesAt(
      point,
      [one],
      (master) => master.absent(2, "sample"),
      async (agent) => {
        const left = [
          ...Deno.readDirSync(agent.layout.agents),
          ...Deno.readDirSync(agent.layout.trash),
        ];
        return left.length === 0 && (await agent.runningVersions("sample")).length === 0;
      },
    ));
}

Deno.test("fault 5: a version whose watch is interrupted three times is rolled back", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, one);
  agent.start();
  await eventually(
    "1.0.0 runs",
    async () => (await runs(agent, "1.0.0")) && (await settled(agent)),
  );
  await agent.kill("SIGTERM");
  master.release(2, two);
  for (let i = 0; i < 3; i++) {
    agent.start({ IFRIT_FAILPOINT: "switch:watched" });
    assert.equal((await agent.ended()).signal, "SIGKILL");
  }
  agent.start();
  await eventually(
    "1.0.0 is back",
    async () => (await runs(agent, "1.0.0")) && (await settled(agent)),
  );
  const { quarantine } = await readRecord(agent.layout.agent("sample"));
  assert.equal(quarantine[0]?.failure.reason, "start_failed");
});

Deno.test("fault 1: 40 kills at random moments leave every machine whole", async () => {
  const seed = Math.floor(Math.random() * 1_000_000);
  const figures = await runCrashes({ seed, kills: 40, worlds: 4 });
  console.log(`    ${JSON.stringify(figures)}`);
  assert.deepEqual(figures.broken, []);
  assert.equal(figures.unannounced, 0);
  assert.ok(figures.kills >= 40);
  assert.ok(figures.downtimeMs.p95 <= 5000, `downtime ${figures.downtimeMs.p95} ms`);
});
