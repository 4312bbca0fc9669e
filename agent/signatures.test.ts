import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { sampleOf, stateOf } from "./testing/sample-agent.ts";

/*
 * A real ifrit-agent in a process of its own against a master that really signs, over HTTP. What a
 * hostile master or network can send, one refusal each, is in trust/hostile.test.ts.
 */

Deno.test("a machine that checks signatures installs, upgrades, rolls back and removes what is signed", async () => {
  await using master = await FakeMaster.signing();
  const { director } = master;
  await using agent = await AgentProcess.enrolled(master);
  const [one, two] = await Promise.all([sampleOf("1.0.0"), sampleOf("2.0.0")]);
  await director.sign(one, { sequence: 10 });
  await director.sign(two, { sequence: 20, rollbackTo: 10 });
  master.release(1, one);
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  master.release(2, two);
  await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  master.release(3, one);
  await eventually("1.0.0 runs again", stateOf(master, "running", "1.0.0"));
  master.absent(4, "sample");
  await eventually("it is gone", () => !master.states.has("sample"));
  const trust = master.reports.at(-1)?.trust;
  assert.equal(trust?.rootVersion, 1);
  assert.equal(trust?.problem, null);
  assert.ok(trust.freshnessSequence > 1000);
});
