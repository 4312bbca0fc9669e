import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { AgentProcess } from "./testing/agent-process.ts";
import { buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, loop, sampleOf, stateOf } from "./testing/sample-agent.ts";

async function shell(command: string): Promise<boolean> {
  return (
    await new Deno.Command("/bin/sh", {
      args: ["-c", command],
      stdout: "null",
      stderr: "null",
    }).output()
  ).success;
}

/** A small file system of its own; null where mounting is not allowed. */
async function smallDisk(mebibytes: number): Promise<({ path: string } & AsyncDisposable) | null> {
  const path = await Deno.makeTempDir({ prefix: "ifrit-disk-" });
  if (!(await shell(`mount -t tmpfs -o size=${mebibytes}m ifrit-test ${path}`))) {
    await Deno.remove(path);
    console.log("skipped: no file system can be mounted here");
    return null;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await shell(`umount -l ${path}`);
      await Deno.remove(path);
    },
  };
}

function large(version: string, mebibytes: number) {
  const files = {
    "bin/sample": `#!/bin/sh\n${loop}\n`,
    ballast: { text: new Uint8Array(randomBytes(mebibytes * 1024 * 1024)) },
  };
  return buildPackage({ name: "sample", version }, files);
}

Deno.test("fault 7: a full disk stops an upgrade with figures, harms nothing, and is got over", async () => {
  await using disk = await smallDisk(40);
  if (disk === null) return;
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master, `${disk.path}/root`);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));

  // First too little for the archive, then enough for it but not for what it unpacks to.
  await Deno.writeFile(`${disk.path}/ballast`, new Uint8Array(22 * 1024 * 1024));
  master.release(2, await large("2.0.0", 4));
  const failed = await eventually("refused", stateOf(master, "failed", "1.0.0"));
  assert.equal(failed.failure?.reason, "disk_full");
  assert.match(failed.failure?.message ?? "", /needs \d+ MiB at .*, \d+ MiB are free/);
  assert.equal(failed.pid, pid);

  await Deno.writeFile(`${disk.path}/ballast`, new Uint8Array(1024 * 1024));
  await eventually("2.0.0 runs once there is space", stateOf(master, "running", "2.0.0"), 30_000);
});

Deno.test("fault 7: an agent that crashes on a disk without a free byte comes back", async () => {
  await using disk = await smallDisk(24);
  if (disk === null) return;
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master, `${disk.path}/root`);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await shell(`cat /dev/zero > ${disk.path}/ballast`);
  Deno.kill(pid!, "SIGKILL");
  await eventually(
    "it is back",
    async () => !isAlive(pid!) && (await agent.runningVersions("sample")).length === 1,
  );
  await agent.kill();
  agent.start();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await eventually("the next ifrit-agent keeps it alive too", async () => {
    return (await agent.runningVersions("sample")).join() === "1.0.0";
  });
  for (const file of [
    "config.json",
    "state/desired.json",
    "agents/sample/record.json",
    "agents/sample/run.json",
  ]) {
    JSON.parse(await Deno.readTextFile(`${agent.root}/${file}`));
  }
  await Deno.remove(`${disk.path}/ballast`);
  await eventually("it is reported again", stateOf(master, "running", "1.0.0"));
  master.release(2, await sampleOf("2.0.0"));
  await eventually("it can be upgraded again", stateOf(master, "running", "2.0.0"), 30_000);
});

Deno.test("fault 7: ifrit-agents that start on a disk without a free byte check in, keep agents alive and say what is wrong", async () => {
  await using disk = await smallDisk(24);
  if (disk === null) return;
  await using master = await FakeMaster.signing();
  await using agent = await AgentProcess.enrolled(master, `${disk.path}/root`);
  const release = async (id: number, version: string) => {
    const built = await sampleOf(version);
    await master.director.sign(built);
    master.release(id, built);
  };
  await release(1, "1.0.0");
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await agent.kill();
  await shell(`cat /dev/zero > ${disk.path}/ballast`);
  await release(2, "2.0.0");
  for (let start = 0; start < 3; start++) {
    const reports = master.reports.length;
    agent.start();
    await eventually("it reports", () => master.reports.length > reports);
    const failed = await eventually("it says why", stateOf(master, "failed", "1.0.0"));
    assert.equal(failed.failure?.reason, "disk_full");
    assert.equal(failed.pid, pid);
    await agent.kill();
  }
  const { stdout } = await agent.cli(["doctor", "--root", agent.root]);
  assert.match(stdout, /only 0 MiB free .*[\s\S]*→ free at least/);
  await Deno.remove(`${disk.path}/ballast`);
  agent.start();
  await eventually("it is upgraded", stateOf(master, "running", "2.0.0"), 30_000);
  assert.ok(master.counters.every((counter, index) => counter > (master.counters[index - 1] ?? 0)));
});

Deno.test("fault 8: on a disk that has gone read-only agents are kept alive and changes wait", async () => {
  await using disk = await smallDisk(40);
  if (disk === null) return;
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master, `${disk.path}/root`);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await agent.kill();
  Deno.kill(pid!, "SIGKILL");
  await eventually("it has ended", () => !isAlive(pid!));
  // Its last child still holds the log open for a moment.
  await eventually("the disk is read-only", () => shell(`mount -o remount,ro ${disk.path}`));
  master.release(2, await sampleOf("2.0.0"));
  agent.start();
  const version = async () => (await agent.runningVersions("sample"))[0] === "1.0.0";
  await eventually("it is kept alive", version);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.ok(await version());
  await shell(`mount -o remount,rw ${disk.path}`);
  await eventually("the change is made afterwards", stateOf(master, "running", "2.0.0"), 60_000);
});
