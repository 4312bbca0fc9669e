import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";

function sampleAgent(version: string) {
  const script = `#!/bin/sh\necho "version ${version}"\nwhile :; do sleep 1; done\n`;
  return buildPackage({ name: "sample", version }, { "bin/sample": script });
}

async function commandOf(pid: number): Promise<string> {
  return (await Deno.readTextFile(`/proc/${pid}/cmdline`)).replaceAll("\0", " ");
}

Deno.test("ifrit-agent installs, upgrades and uninstalls what its master wants", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();

  master.release(1, await sampleAgent("1.0.0"));
  const first = await eventually("1.0.0 runs", () => {
    const state = master.states.get("sample");
    return state?.phase === "running" && state.version === "1.0.0" ? state : null;
  });
  assert.match(await commandOf(first.pid!), /versions\/1\.0\.0\/files\/bin\/sample/);
  assert.equal(first.releaseId, 1);

  master.release(2, await sampleAgent("2.0.0"));
  const second = await eventually("2.0.0 runs", () => {
    const state = master.states.get("sample");
    return state?.phase === "running" && state.version === "2.0.0" ? state : null;
  });
  assert.match(await commandOf(second.pid!), /versions\/2\.0\.0\/files\/bin\/sample/);
  await assert.rejects(commandOf(first.pid!));
  assert.equal(await agent.currentVersion("sample"), "2.0.0");

  master.absent(3, "sample");
  await eventually(
    "the agent is gone",
    () =>
      !master.states.has("sample") &&
      master.reports.some((report) => report.removed.includes("sample")),
  );
  await assert.rejects(commandOf(second.pid!));
  assert.deepEqual([...Deno.readDirSync(agent.layout.agents)], []);
  assert.deepEqual([...Deno.readDirSync(agent.layout.trash)], []);
});
