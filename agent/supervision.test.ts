import assert from "node:assert/strict";
import { agentPaths } from "@contract/headers.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, loop, sampleOf, stateOf } from "./testing/sample-agent.ts";

Deno.test("a managed agent outlives ifrit-agent and is taken over by the next one", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
    await agent.kill(signal);
    assert.ok(isAlive(pid!), `alive after ${signal}`);
    const reports = master.reports.length;
    agent.start();
    await eventually("a full report", () =>
      master.reports.slice(reports).some((report) => report.kind === "full"),
    );
    assert.equal(master.states.get("sample")?.pid, pid);
    assert.equal(master.states.get("sample")?.restarts, 0);
  }
  Deno.kill(pid!, "SIGKILL");
  const again = await eventually(
    "it is started again",
    () => {
      const state = stateOf(master, "running", "1.0.0")();
      return state.pid !== pid ? state : null;
    },
    5000,
  );
  assert.equal(again.restarts, 1);
});

Deno.test("the last known state is enforced while the master is away", async () => {
  const master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await agent.kill();
  await master[Symbol.asyncDispose]();
  Deno.kill(pid!, "SIGKILL");
  agent.start();
  await eventually(
    "it runs without a master",
    async () => (await agent.runningVersions("sample")).length === 1,
  );
});

Deno.test("a blocked machine begins nothing, but keeps alive what runs", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  master.blocked = "frozen by ops";
  master.release(2, await sampleOf("2.0.0"));
  const waiting = await eventually("it waits", stateOf(master, "pending", "1.0.0"));
  assert.deepEqual([waiting.targetVersion, waiting.pid], ["2.0.0", pid]);
  Deno.kill(pid!, "SIGKILL");
  await eventually(
    "it is restarted",
    async () => !isAlive(pid!) && (await agent.runningVersions("sample"))[0] === "1.0.0",
  );
  master.absent(3, "sample");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual(await agent.runningVersions("sample"), ["1.0.0"]);
  master.blocked = null;
  await eventually("then it is uninstalled", () => !master.states.has("sample"));
});

Deno.test("an agent that keeps exiting is restarted ever more slowly, and reported", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0", "sleep 0.3; exit 1"));
  agent.start();
  const state = await eventually("backoff", () => {
    const seen = stateOf(master, "backoff", "1.0.0")();
    return seen.restarts >= 2 ? seen : null;
  });
  assert.equal(state.pid, null);
  assert.equal(state.failure?.reason, "exited_early");
});

Deno.test("an agent that stops answering is restarted", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const liveness = {
    kind: "command",
    command: ["test", "!", "-e", "sick"],
    intervalSeconds: 1,
    timeoutSeconds: 1,
    failureThreshold: 2,
  };
  master.release(1, await sampleOf("1.0.0", `rm -f sick; ${loop}`, { liveness }));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await Deno.writeTextFile(`${agent.layout.agent("sample").data}/sick`, "");
  const next = await eventually("it is restarted", () => {
    const state = stateOf(master, "running", "1.0.0")();
    return state.pid !== pid ? state : null;
  });
  assert.equal(next.restarts, 1);
});

Deno.test("a report is sent again until it is taken", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  let refusals = 0;
  master.intercept = (_request, path) =>
    path === agentPaths.report && refusals++ < 2 ? new Response(null, { status: 503 }) : null;
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  await eventually("it is reported in the end", stateOf(master, "running", "1.0.0"));
  assert.equal(master.reports[0]?.kind, "full");
  const sequences = master.reports.map((report) => report.sequence);
  assert.deepEqual(
    sequences,
    [...new Set(sequences)].toSorted((a, b) => a - b),
  );
  assert.ok(sequences[0]! >= 3);
});
