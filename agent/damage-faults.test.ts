import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, sampleOf, stateOf } from "./testing/sample-agent.ts";

/*
 * fault 9: what ifrit-agent keeps is damaged on disk. That a backup is read wherever a file is cut off is
 * tested byte by byte in platform/durable-file.test.ts; here a real ifrit-agent starts on what is left.
 */

const keptFiles = [
  "config.json",
  "identity/key.json",
  "identity/counter.json",
  "state/desired.json",
  "state/sequence.json",
  "state/root.json",
  "state/floors.json",
  "agents/sample/record.json",
  "agents/sample/run.json",
];

/** Files that hold no backup of their own, or whose loss ends what may be changed. */
const damages: [string, (path: string) => void][] = [
  ["cut in half", (path) => Deno.truncateSync(path, Math.floor(Deno.statSync(path).size / 2))],
  ["empty", (path) => Deno.truncateSync(path, 0)],
  ["full of zeros", (path) => Deno.writeFileSync(path, new Uint8Array(Deno.statSync(path).size))],
];

async function signedMachine() {
  const master = await FakeMaster.signing();
  const agent = await AgentProcess.enrolled(master);
  const release = async (id: number, version: string) => {
    const built = await sampleOf(version);
    await master.director.sign(built);
    master.release(id, built);
  };
  await release(1, "1.0.0");
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  await release(2, "2.0.0");
  const { pid } = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  return { master, agent, release, pid: pid! };
}

for (const [damage, spoil] of damages)
  Deno.test(`fault 9: with every file that it keeps ${damage}, ifrit-agent goes on from the backups`, async () => {
    const { master, agent, release, pid } = await signedMachine();
    await using _master = master;
    await using _agent = agent;
    await agent.kill();
    for (const file of keptFiles) spoil(`${agent.root}/${file}`);
    agent.start();
    const from = master.reports.length;
    await eventually("it reports", () => master.reports.length > from);
    await release(3, "3.0.0");
    await eventually("it changes what it should", stateOf(master, "running", "3.0.0"), 30_000);
    await eventually("2.0.0 has ended", () => !isAlive(pid));
    assert.equal((await agent.runningVersions("sample")).join(), "3.0.0");
  });

Deno.test("fault 9: a file and its backup that are both damaged end no agent, and no ifrit-agent", async () => {
  const files = keptFiles.filter((one) => one !== "config.json");
  await Promise.all(files.map(survivesLossOf));
});

async function survivesLossOf(file: string): Promise<void> {
  const { master, agent, pid } = await signedMachine();
  await using _master = master;
  await using _agent = agent;
  await agent.kill();
  for (const path of [`${agent.root}/${file}`, `${agent.root}/${file}.bak`])
    if (exists(path)) Deno.writeTextFileSync(path, "{");
  agent.start();
  const running = async () => {
    const { stdout } = await agent.cli(["status", "--root", agent.root, "--json"]);
    return JSON.parse(stdout).running === true;
  };
  await eventually(`it runs without ${file}`, running, 30_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.ok(await running(), file);
  await eventually(
    `2.0.0 runs without ${file}`,
    async () => (await agent.runningVersions("sample")).join() === "2.0.0",
  );
  if (file !== "agents/sample/run.json") assert.ok(isAlive(pid), `${file}: it was restarted`);
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}
