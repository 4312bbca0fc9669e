import assert from "node:assert/strict";
import { agentPaths } from "@contract/headers.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, sampleOf, stateOf } from "./testing/sample-agent.ts";

Deno.test("a version that exits at once is rolled back and refused until released anew", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const first = await sampleOf("1.0.0");
  master.release(1, first);
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  const bad = await sampleOf("2.0.0", "echo no config >&2; exit 3", { settleSeconds: 1 });
  master.release(2, bad);
  const failed = await eventually("the failure is reported", stateOf(master, "failed", "1.0.0"));
  assert.equal(failed.failure?.reason, "exited_early");
  assert.match(failed.failure?.message ?? "", /no config/);
  assert.deepEqual(
    [failed.failure?.version, failed.targetVersion, failed.releaseId],
    ["2.0.0", "2.0.0", 2],
  );
  assert.deepEqual(await agent.runningVersions("sample"), ["1.0.0"]);
  const log = agent.layout.agent("sample").log;
  const tries = () => Deno.readTextFileSync(log).split("no config").length - 1;
  assert.equal(tries(), 1);
  await agent.kill();
  agent.start();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  assert.equal(tries(), 1, "not tried again");
  master.release(3, bad);
  await eventually("a later release tries it again", () => tries() === 2);
  await eventually(
    "1.0.0 again",
    async () => (await agent.runningVersions("sample"))[0] === "1.0.0",
  );
  master.release(1, first);
  const back = await eventually("the release is withdrawn", stateOf(master, "running", "1.0.0"));
  assert.equal(back.failure, null);
});

Deno.test("a first version that fails leaves nothing running and is reported", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(
    1,
    await buildPackage(
      {
        name: "sample",
        version: "1.0.0",
        settleSeconds: 1,
        start: { command: ["no-such-program"] },
      },
      { x: "" },
    ),
  );
  agent.start();
  const failed = await eventually("the failure", stateOf(master, "failed", null));
  assert.match(failed.failure?.message ?? "", /not found/);
  assert.equal(await agent.currentVersion("sample"), null);
  assert.deepEqual(await agent.runningVersions("sample"), []);
  master.release(2, await sampleOf("2.0.0"));
  await eventually("the next release heals it", stateOf(master, "running", "2.0.0"));
});

Deno.test("a machine that is blocked between download and switch does not switch", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  master.intercept = (_request, path) => {
    if (path.startsWith(agentPaths.packages)) master.blocked = "paused";
    return null;
  };
  master.release(2, await sampleOf("2.0.0"));
  await eventually("it is downloaded", () => master.blocked !== null);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual(await agent.runningVersions("sample"), ["1.0.0"]);
  assert.equal(await agent.currentVersion("sample"), "1.0.0");
  master.intercept = () => null;
  master.blocked = null;
  await eventually("then it switches", stateOf(master, "running", "2.0.0"));
});

Deno.test("absence from the desired state never removes an agent", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  master.want();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  assert.ok(isAlive(pid!));
  assert.equal(master.states.get("sample")?.phase, "running");
});

Deno.test("only the current and the previous version stay on disk", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();
  const built = await Promise.all(["1.0.0", "2.0.0", "3.0.0"].map((version) => sampleOf(version)));
  for (const [index, one] of built.entries()) {
    const { version } = one.manifest;
    master.release(index + 1, one);
    await eventually(`${version} runs`, stateOf(master, "running", version));
  }
  const layout = agent.layout.agent("sample");
  const versions = () => [...Deno.readDirSync(layout.versions)].map((entry) => entry.name).sort();
  await eventually("the oldest is gone", () => versions().join() === "2.0.0,3.0.0");
  master.release(4, built[1]!);
  await eventually("back to 2.0.0 without a download", stateOf(master, "running", "2.0.0"));
  assert.equal(
    master.requests.filter((request) => request.path.startsWith(agentPaths.packages)).length,
    3,
  );
});

Deno.test("a package for other platforms only is not eligible", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const wanted = master.release(1, await sampleOf("1.0.0"));
  if (wanted.want === "present")
    master.want({ ...wanted, packages: { "windows-x64": wanted.packages["linux-x64"]! } });
  agent.start();
  await eventually("not eligible", stateOf(master, "notEligible", null));
});

Deno.test("a hostile archive is refused, reported and not fetched again", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const built = await sampleOf("1.0.0");
  master.release(1, { ...built, manifest: { ...built.manifest, version: "9.9.9" } });
  agent.start();
  const failed = await eventually("refused", stateOf(master, "failed", null));
  assert.equal(failed.failure?.reason, "archive_invalid");
  assert.match(failed.failure?.message ?? "", /version is 1\.0\.0, 9\.9\.9 was asked for/);
});
