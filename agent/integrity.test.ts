import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { loop, stateOf } from "./testing/sample-agent.ts";

const script = `#!/bin/sh\n${loop}\n`;

Deno.test("files that are changed, missing or of another mode are put back from the cached package", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start({}, [], ["--integrity-seconds", "1"]);
  const built = await buildPackage(
    { name: "sample", version: "1.0.0" },
    { "bin/sample": script, "etc/a.conf": "a", "etc/b.conf": "b", "lib/deep/c": "c" },
  );
  master.release(1, built);
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  const downloads = () =>
    master.requests.filter((request) => request.path.includes("/packages/")).length;
  assert.equal(downloads(), 1);
  const files = `${agent.layout.agent("sample").version("1.0.0")}/files`;

  await Deno.writeTextFile(`${files}/etc/a.conf`, "x");
  await Deno.remove(`${files}/lib`, { recursive: true });
  await Deno.chmod(`${files}/bin/sample`, 0o644);
  await Deno.remove(`${files}/etc/b.conf`);
  await Deno.mkdir(`${files}/etc/b.conf/in-the-way`, { recursive: true });
  await eventually("all are back", async () => {
    const texts = await Promise.all(
      ["bin/sample", "etc/a.conf", "etc/b.conf", "lib/deep/c"].map((path) =>
        Deno.readTextFile(`${files}/${path}`),
      ),
    );
    return (
      texts.join() === [script, "a", "b", "c"].join() &&
      ((await Deno.stat(`${files}/bin/sample`)).mode! & 0o111) !== 0
    );
  });
  await eventually("it is reported", () => {
    const message = master.states.get("sample")?.lastRepair?.message ?? "";
    return /files were not as in the package and have been put back: /.test(message);
  });
  const state = await eventually("and is over", stateOf(master, "running", "1.0.0"));
  assert.equal(state.pid, pid, "the running process was left alone");
  assert.equal(downloads(), 1, "the archive was cached");
});

Deno.test("a damaged program is repaired before its restart, from a new download if need be", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();
  master.release(
    1,
    await buildPackage({ name: "sample", version: "1.0.0" }, { "bin/sample": script }),
  );
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await agent.kill();
  const layout = agent.layout.agent("sample");
  await Deno.writeTextFile(
    `${layout.version("1.0.0")}/files/bin/sample`,
    "#!/bin/sh\nexit 1 # broken here \n",
  );
  await Deno.remove(layout.cache, { recursive: true });
  Deno.kill(pid!, "SIGKILL");
  master.blocked = "a repair is no change";
  agent.start();
  await eventually(
    "it runs again",
    async () =>
      (await agent.runningVersions("sample")).length === 1 &&
      (await Deno.readTextFile(`${layout.version("1.0.0")}/files/bin/sample`)) === script,
    30_000,
  );
});

Deno.test("a version whose manifest is gone is installed anew", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start({}, [], ["--integrity-seconds", "1"]);
  master.release(
    1,
    await buildPackage({ name: "sample", version: "1.0.0" }, { "bin/sample": script }),
  );
  await eventually("it runs", stateOf(master, "running", "1.0.0"));
  const dir = agent.layout.agent("sample").version("1.0.0");
  await Deno.remove(`${dir}/manifest.json`);
  await eventually("the manifest is back", () =>
    Deno.stat(`${dir}/manifest.json`).then(
      () => true,
      () => false,
    ),
  );
});
