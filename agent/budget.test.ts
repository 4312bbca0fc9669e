import assert from "node:assert/strict";
import { BudgetGuard, excess, overSamples } from "./supervise/budget-guard.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { sampleOf, stateOf } from "./testing/sample-agent.ts";

const sample = (cpuPercent: number | null, mebibytes: number) => ({
  cpuPercent,
  rssBytes: mebibytes * 1024 * 1024,
});

Deno.test("excess() names the figures", () => {
  assert.equal(excess(undefined, sample(500, 5000)), null);
  assert.equal(excess({ cpuPercent: 10 }, sample(null, 5000)), null);
  assert.equal(excess({ cpuPercent: 10, rssMiB: 64 }, sample(10, 64)), null);
  assert.equal(
    excess({ cpuPercent: 10 }, sample(12.5, 1)),
    "it uses 12.5 % of a core, its budget is 10 %",
  );
  assert.equal(
    excess({ rssMiB: 64 }, sample(0, 80)),
    "it uses 80 MiB of memory, its budget is 64 MiB",
  );
});

Deno.test("BudgetGuard acts on a row of samples of one process, not on a burst", () => {
  const guard = new BudgetGuard();
  const note = (cpuPercent: number, run = "1:1") =>
    guard.note("log", run, { cpuPercent: 10 }, sample(cpuPercent, 1));
  for (let i = 1; i < overSamples; i++) note(50);
  assert.equal(guard.overBudget().size, 0);
  note(5);
  for (let i = 1; i < overSamples; i++) note(50);
  assert.equal(guard.overBudget().size, 0);
  note(50, "2:2");
  assert.equal(guard.overBudget().size, 0, "another process starts anew");
  for (let i = 1; i < overSamples; i++) note(50, "2:2");
  assert.match(guard.overBudget().get("log") ?? "", /50 % of a core/);
});

Deno.test("a version that eats CPU beyond its budget is rolled back, with figures", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start({}, [], ["--sample-seconds", "1"]);
  master.release(1, await sampleOf("1.0.0"));
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  // The child does the work: a version is charged for its children too.
  const hungry = await sampleOf("2.0.0", "(while :; do :; done) & wait", {
    budget: { cpuPercent: 5 },
  });
  master.release(2, hungry);
  await eventually("2.0.0 is committed", stateOf(master, "running", "2.0.0"));
  const failed = await eventually("it is rolled back", stateOf(master, "failed", "1.0.0"), 30_000);
  assert.deepEqual([failed.failure?.reason, failed.failure?.version], ["over_budget", "2.0.0"]);
  assert.match(failed.failure?.message ?? "", /it uses [\d.]+ % of a core, its budget is 5 %/);
  assert.deepEqual(await agent.runningVersions("sample"), ["1.0.0"]);
});

Deno.test("a first version beyond its budget is stopped", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start({}, [], ["--sample-seconds", "1"]);
  master.release(1, await sampleOf("1.0.0", undefined, { budget: { rssMiB: 0.5 } }));
  const failed = await eventually("it is stopped", stateOf(master, "failed", null), 30_000);
  assert.equal(failed.failure?.reason, "over_budget");
  assert.deepEqual(await agent.runningVersions("sample"), []);
});
