import assert from "node:assert/strict";
import { buildProgram, packageOfProgram } from "../crash/programs.ts";
import { AgentProcess } from "../testing/agent-process.ts";
import { buildPackage } from "../testing/build-package.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { GuardProcess } from "../testing/guard-process.ts";
import { sampleOf, stateOf } from "../testing/sample-agent.ts";

function selfState(master: FakeMaster, phase: string, version: string) {
  return () => {
    const state = master.states.get("ifrit-agent");
    return state?.phase === phase && state.version === version ? state : null;
  };
}

Deno.test("ifrit-agent upgrades itself by way of its guard, goes back from a bad version, and its agents never stop", async () => {
  const [first, second] = await Promise.all([buildProgram("1.0.0"), buildProgram("2.0.0")]);
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  await using _guard = new GuardProcess(
    agent.root,
    [`${first}/ifrit-agent`, "guard", "--root", agent.root],
    { IFRIT_GUARD_TRIAL_SECONDS: "20" },
  );

  master.release(1, await sampleOf("1.0.0"));
  const { pid } = await eventually("the sample runs", stateOf(master, "running", "1.0.0"));

  master.release(2, await packageOfProgram(second, "2.0.0"));
  await eventually(
    "2.0.0 is on trial",
    () => master.reports.some((report) => report.ifritAgentVersion === "2.0.0"),
    30_000,
  );
  const upgraded = await eventually(
    "2.0.0 is committed",
    selfState(master, "running", "2.0.0"),
    30_000,
  );
  assert.deepEqual([upgraded.releaseId, upgraded.failure], [2, null]);
  assert.equal(await agent.currentVersion("ifrit-agent"), "2.0.0");
  assert.equal(master.states.get("sample")?.pid, pid);

  master.release(3, await packageOfProgram(second, "3.0.0", "exit 1\n"));
  const failed = await eventually("3.0.0 is refused", selfState(master, "failed", "2.0.0"), 30_000);
  assert.deepEqual(
    [failed.failure?.version, failed.failure?.reason, failed.releaseId],
    ["3.0.0", "start_failed", 3],
  );
  assert.match(failed.failure?.message ?? "", /ended 3 times/);
  assert.equal(await agent.currentVersion("ifrit-agent"), "2.0.0");
  assert.equal(master.states.get("sample")?.pid, pid);
  assert.equal(master.states.get("sample")?.restarts, 0);
  await Promise.all([first, second].map((dir) => Deno.remove(dir, { recursive: true })));
});

Deno.test("ifrit-agent without a guard says that it cannot upgrade itself", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();
  master.release(
    1,
    await buildPackage({ name: "ifrit-agent", version: "9.0.0" }, { x: "#!/bin/sh\n" }),
  );
  const state = await eventually("refused", () => master.states.get("ifrit-agent"));
  await eventually("with the remedy", () =>
    /ifrit-agent guard/.test(master.states.get("ifrit-agent")?.failure?.message ?? ""),
  );
  assert.equal(state.targetVersion, "9.0.0");
});
