import assert from "node:assert/strict";
import { readRecord } from "./plan/agent-record.ts";
import { ShellProcessTable } from "./platform/process-table.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, loop, sampleOf, stateOf } from "./testing/sample-agent.ts";

/* The rows of the fault matrix that are about supervision; each test's name carries its number. */

interface Machine extends AsyncDisposable {
  master: FakeMaster;
  agent: AgentProcess;
}

/** 1.0.0 runs, and is good. */
async function createMachine(): Promise<Machine> {
  const master = new FakeMaster();
  const agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  return {
    ...{ master, agent },
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await master[Symbol.asyncDispose]();
    },
  };
}

async function backAtFirst({ master, agent }: Machine, timeoutMs = 30_000) {
  const failed = await eventually("1.0.0 is back", stateOf(master, "failed", "1.0.0"), timeoutMs);
  await eventually("1.0.0 runs", async () => {
    return (await agent.runningVersions("sample")).join() === "1.0.0";
  });
  const { quarantine } = await readRecord(agent.layout.agent("sample"));
  assert.equal(quarantine.at(-1)?.version, "2.0.0");
  return failed.failure;
}

Deno.test("fault 10: a version that exits at once is rolled back", async () => {
  await using machine = await createMachine();
  machine.master.release(2, await sampleOf("2.0.0", "exit 3", { settleSeconds: 1 }));
  assert.equal((await backAtFirst(machine))?.reason, "exited_early");
});

for (const liveness of [
  { kind: "process" },
  { kind: "command", command: ["test", "-e", "never"], intervalSeconds: 1, failureThreshold: 1 },
]) {
  Deno.test(`fault 11: a version that is stopped (SIGSTOP) is rolled back, liveness ${liveness.kind}`, async () => {
    await using machine = await createMachine();
    const frozen = await sampleOf("2.0.0", `kill -STOP $$; ${loop}`, {
      ...{ liveness, settleSeconds: 1 },
      // A stopped process does not hear the signal to end.
      stop: { timeoutSeconds: 1 },
    });
    machine.master.release(2, frozen);
    assert.equal((await backAtFirst(machine))?.reason, "liveness_failed");
  });
}

Deno.test("fault 12: a version that answers and then does not is rolled back at the third time, during its watch", async () => {
  await using machine = await createMachine();
  const liveness = {
    ...{ kind: "command", intervalSeconds: 1, failureThreshold: 100 },
    // Every second answer is a refusal.
    command: ["sh", "-c", "if [ -e flip ]; then rm flip; exit 1; else touch flip; fi"],
  };
  machine.master.release(2, await sampleOf("2.0.0", loop, { liveness, settleSeconds: 120 }));
  const failure = await backAtFirst(machine);
  assert.equal(failure?.reason, "liveness_failed");
  assert.match(failure?.message ?? "", /3 times it answered and then did not/);
});

Deno.test("fault 12: a version that falls silent again and again after its commit is rolled back at the third time", async () => {
  await using machine = await createMachine();
  const liveness = {
    ...{ kind: "command", intervalSeconds: 1, failureThreshold: 1 },
    command: ["test", "!", "-e", "sick"],
  };
  const script = "rm -f sick; (sleep 2; touch sick) & while :; do sleep 0.2; done";
  machine.master.release(2, await sampleOf("2.0.0", script, { liveness }));
  await eventually("2.0.0 is committed", stateOf(machine.master, "running", "2.0.0"));
  const failure = await backAtFirst(machine, 60_000);
  assert.equal(failure?.reason, "liveness_failed");
  assert.match(failure?.message ?? "", /3 times within 10 minutes/);
});

Deno.test("fault 13: a version that crashes three times soon after its commit is rolled back, with the end of its log", async () => {
  await using machine = await createMachine();
  machine.master.release(2, await sampleOf("2.0.0", "sleep 0.5; echo out of ideas; exit 1"));
  await eventually("2.0.0 is committed", stateOf(machine.master, "running", "2.0.0"));
  const failure = await backAtFirst(machine);
  assert.equal(failure?.reason, "crash_loop");
  assert.match(failure?.message ?? "", /3 times within 10 minutes.*out of ideas/);
});

Deno.test("fault 13: ifrit-agent's own restarts do not make it forget the crashes", async () => {
  await using machine = await createMachine();
  const { master, agent } = machine;
  master.release(2, await sampleOf("2.0.0", `[ ! -e crash ] || exit 1; ${loop}`));
  const { pid } = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  Deno.kill(pid!, "SIGKILL");
  await eventually("it is back", () => {
    const state = stateOf(master, "running", "2.0.0")();
    return state.restarts === 1 ? state : null;
  });
  await agent.kill();
  Deno.writeTextFileSync(`${agent.layout.agent("sample").data}/crash`, "");
  for (const version of await agent.runningVersions("sample")) assert.equal(version, "2.0.0");
  agent.start();
  const again = await eventually("it is taken over", () => master.states.get("sample")?.pid);
  Deno.kill(again, "SIGKILL");
  assert.equal((await backAtFirst(machine))?.reason, "crash_loop");
});

Deno.test("fault 14: without the version to go back to there is no switch, and the machine says so", async () => {
  await using machine = await createMachine();
  const { master, agent } = machine;
  const layout = agent.layout.agent("sample");
  const { pid } = master.states.get("sample")!;
  for (const file of ["manifest.json", "manifest.json.bak"])
    await Deno.remove(`${layout.version("1.0.0")}/${file}`).catch(() => {});
  master.release(2, await sampleOf("2.0.0"));
  const refused = await eventually("it is refused", stateOf(master, "failed", "1.0.0"));
  assert.deepEqual([refused.failure?.reason, refused.pid], ["rollback_unavailable", pid]);
  assert.equal(await agent.currentVersion("sample"), "1.0.0");
});

Deno.test("fault 14: a rollback whose target is gone flips to nothing missing, and the machine says so", async () => {
  await using machine = await createMachine();
  const { master, agent } = machine;
  const layout = agent.layout.agent("sample");
  const bad = await sampleOf("2.0.0", `rm -r ${layout.version("1.0.0")}; exit 1`, {
    settleSeconds: 1,
  });
  master.release(2, bad);
  const failed = await eventually("the failure", stateOf(master, "failed", null));
  assert.equal(failed.failure?.reason, "rollback_unavailable");
  assert.match(failed.failure?.message ?? "", /1\.0\.0, is gone from the disk/);
  assert.equal(await Deno.lstat(layout.current).catch(() => null), null, "no dangling link");
  assert.deepEqual(await agent.runningVersions("sample"), []);
  master.release(3, await sampleOf("3.0.0"));
  await eventually("the next release heals it", stateOf(master, "running", "3.0.0"));
});

Deno.test("fault 15: what runs after a rollback outlives restarts and cleaning up", async () => {
  await using machine = await createMachine();
  const { master, agent } = machine;
  const layout = agent.layout.agent("sample");
  master.release(2, await sampleOf("2.0.0", "exit 1", { settleSeconds: 1 }));
  await backAtFirst(machine);
  const [pid] = await eventually("its pid", () => {
    const state = stateOf(master, "failed", "1.0.0")();
    return state.pid ? [state.pid] : null;
  });
  for (let i = 0; i < 3; i++) {
    await agent.kill();
    const reports = master.reports.length;
    agent.start();
    await eventually("a report", () => master.reports.length > reports);
  }
  // The bad version is not wanted any more: cleaning up takes it away, and only it.
  master.release(3, await sampleOf("1.0.0"));
  const versions = () => [...Deno.readDirSync(layout.versions)].map((entry) => entry.name);
  await eventually("the bad version is gone", () => versions().join() === "1.0.0");
  assert.ok(isAlive(pid!));
  assert.equal(await agent.currentVersion("sample"), "1.0.0");
  assert.ok((await Deno.stat(`${layout.version("1.0.0")}/files/bin/sample`)).isFile);
});

Deno.test("fault 16: a first version that crashes has nothing to go back to: it is restarted ever more slowly", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0", "sleep 0.1; echo x >>starts; exit 1"));
  agent.start();
  const state = await eventually("backoff", () => {
    const seen = stateOf(master, "backoff", "1.0.0")();
    return seen.restarts >= 3 ? seen : null;
  });
  assert.equal(state.failure?.reason, "exited_early");
  const starts =
    Deno.readTextFileSync(`${agent.layout.agent("sample").data}/starts`).split("\n").length - 1;
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const later =
    Deno.readTextFileSync(`${agent.layout.agent("sample").data}/starts`).split("\n").length - 1;
  assert.ok(later - starts <= 1, `${later - starts} restarts in 1.5 s`);
});

Deno.test("fault 17: an agent that has made itself a daemon is stopped with all that is of it within 10 s", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const script =
    "setsid sh -c 'trap \"\" TERM; setsid sleep 4717 & while :; do sleep 0.2; done' </dev/null >/dev/null 2>&1 & exit 0";
  master.release(1, await sampleOf("1.0.0", script, { stop: { timeoutSeconds: 2 } }));
  agent.start();
  const { pid } = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  const beganMs = performance.now();
  master.absent(2, "sample");
  await eventually("it is gone", () => !master.states.has("sample"));
  assert.ok(performance.now() - beganMs < 10_000);
  assert.ok(!isAlive(pid!));
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", "grep -lsxzF 4717 /proc/[0-9]*/cmdline"],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});

Deno.test("fault 18: a thousand short children of an agent, and its checks, leave ifrit-agent no zombie", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const script = `i=0; while [ $i -lt 1000 ]; do /bin/true & i=$((i+1)); [ $((i%50)) = 0 ] && wait; done; wait; touch done; ${loop}`;
  const liveness = { kind: "command", command: ["true"], intervalSeconds: 1 };
  master.release(1, await sampleOf("1.0.0", script, { liveness }));
  agent.start();
  const { data } = agent.layout.agent("sample");
  await eventually("all children", () => Deno.stat(`${data}/done`).catch(() => null), 30_000);
  const table = new ShellProcessTable();
  try {
    await eventually("no zombie of ifrit-agent's", async () => {
      const all = await table.all();
      return !all.some((one) => one.state === "Z" && one.parentPid === agent.pid);
    });
  } finally {
    await table.close();
  }
});

Deno.test({
  name: "fault 19: a stranger that got the agent's pid from the kernel is never signalled",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const command = new Deno.Command("unshare", {
      args: [
        ...["--pid", "--fork", "--mount-proc", Deno.execPath(), "run", "-A", "--no-check"],
        ...["--config", new URL("./deno.json", import.meta.url).pathname],
        new URL("./testing/recycle-pid.ts", import.meta.url).pathname,
      ],
    });
    let { code, stdout, stderr } = await command.output();
    // 75: the number could not be had in that process; nothing was tried.
    for (let i = 0; i < 20 && code === 75; i++) ({ code, stdout, stderr } = await command.output());
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    assert.match(text, /recycled \d+ alive/);
  },
});
