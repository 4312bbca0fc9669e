import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster, problem } from "./testing/fake-master.ts";
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

Deno.test("a master that fails while a signature is asked for is asked again, and nothing is said to have failed", async () => {
  await using master = await FakeMaster.signing();
  await using agent = await AgentProcess.enrolled(master);
  const built = await sampleOf("1.0.0");
  await master.director.sign(built);
  let refused = 0;
  master.intercept = (_request, path) => {
    if (!path.endsWith("/signature") || refused >= 4) return null;
    refused += 1;
    return problem("unavailable", refused === 2 ? 500 : 503);
  };
  master.release(1, built);
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"), 40_000);
  assert.equal(refused, 4);
  const failures = master.reports.flatMap(({ agents }) => agents.map(({ failure }) => failure));
  assert.deepEqual(
    failures.filter((failure) => failure !== null),
    [],
  );
});
