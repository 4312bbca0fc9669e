import assert from "node:assert/strict";
import { PackageManifest } from "@contract/package-manifest.ts";
import { readRun, writeRun } from "../plan/run-record.ts";
import type { ProcessStat } from "../platform/process-table.ts";
import { createContext, type TestContext } from "../testing/create-context.ts";
import { eventually } from "../testing/eventually.ts";
import { CpuSampler } from "./cpu-sampler.ts";
import { membersOf } from "./members.ts";
import { probe } from "./probe.ts";
import { ProcessTree } from "./process-tree.ts";
import { restartDelayMs } from "./restart-backoff.ts";
import { rotateLog } from "./rotate-log.ts";
import { startAgent } from "./start-agent.ts";
import { stopAgent } from "./stop-agent.ts";
import { watchStart } from "./watch-start.ts";

const never = new AbortController().signal;

/** Puts a version with one script in place, as an install would have. */
async function createVersion(
  ctx: TestContext,
  script: string,
  overrides: Record<string, unknown> = {},
): Promise<PackageManifest> {
  const manifest = PackageManifest.parse({
    schema: 1,
    name: "sample",
    version: "1.0.0",
    platforms: ["linux-x64"],
    start: { command: ["./run", "one word"], env: { GREETING: "hello there" } },
    stop: { timeoutSeconds: 1 },
    settleSeconds: 0,
    files: [{ path: "run", size: 1, sha256: "0".repeat(64), executable: true }],
    ...overrides,
  });
  const files = `${ctx.layout.agent("sample").version("1.0.0")}/files`;
  await Deno.mkdir(files, { recursive: true });
  await Deno.writeTextFile(`${files}/run`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return manifest;
}

async function membersNow(ctx: TestContext): Promise<ProcessStat[]> {
  return await membersOf(ctx, "sample", await readRun(ctx, "sample"));
}

function log(ctx: TestContext): Promise<string> {
  return Deno.readTextFile(ctx.layout.agent("sample").log).catch(() => "");
}

Deno.test("startAgent() gives the agent its own session, its environment and its log, and nothing else", async () => {
  await using ctx = await createContext();
  const manifest = await createVersion(
    ctx,
    'env | sort; pwd; echo "arg: $1"; echo oops >&2; exec sleep 60',
  );
  const { identity } = await startAgent(ctx, manifest);
  const text = await eventually("its log", async () =>
    (await log(ctx)).includes("oops") ? await log(ctx) : null,
  );
  const layout = ctx.layout.agent("sample");
  for (const line of [
    "GREETING=hello there",
    "IFRIT_AGENT_NAME=sample",
    "IFRIT_AGENT_VERSION=1.0.0",
    `IFRIT_AGENT_DATA_DIR=${layout.data}`,
    `HOME=${layout.data}`,
    layout.data,
    "arg: one word",
  ]) {
    assert.ok(text.includes(`${line}\n`), `${line} in ${text}`);
  }
  assert.ok(!text.includes("IFRIT_ENROLLMENT_TOKEN") && !text.includes("USER="));
  const [stat] = await ctx.processes.stat([identity.pid]);
  assert.deepEqual([stat?.groupId, stat?.sessionId], [identity.pid, identity.pid]);
  assert.equal(await Deno.readLink(`/proc/${identity.pid}/fd/0`), "/dev/null");
  assert.equal((await readRun(ctx, "sample"))?.pid, identity.pid);
});

Deno.test("startAgent() starts nothing when the process cannot be recorded", async () => {
  await using ctx = await createContext();
  const manifest = await createVersion(ctx, "echo ran; exec sleep 60");
  await Deno.mkdir(`${ctx.layout.agent("sample").run}.tmp`, { recursive: true });
  await assert.rejects(startAgent(ctx, manifest));
  await eventually("no process is left", async () => (await membersNow(ctx)).length === 0);
  assert.equal(await log(ctx), "");
});

Deno.test("stopAgent() asks politely and waits", async () => {
  await using ctx = await createContext();
  const manifest = await createVersion(
    ctx,
    'trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done',
    { stop: { timeoutSeconds: 20 } },
  );
  await startAgent(ctx, manifest);
  await eventually("it runs", async () => (await membersNow(ctx)).length > 1);
  await stopAgent(ctx, "sample", manifest.stop);
  assert.equal((await membersNow(ctx)).length, 0);
  assert.match(await log(ctx), /bye/);
});

Deno.test("stopAgent() kills what does not listen, children and daemons included", async () => {
  await using ctx = await createContext();
  const stubborn =
    'trap "" TERM; (trap "" TERM; sleep 301) & setsid sh -c \'trap "" TERM; sleep 302; :\' & while :; do sleep 0.05; done';
  const manifest = await createVersion(ctx, stubborn);
  await startAgent(ctx, manifest);
  await eventually("its family", async () => (await membersNow(ctx)).length >= 4);
  const before = performance.now();
  await stopAgent(ctx, "sample", manifest.stop);
  assert.equal((await membersNow(ctx)).length, 0);
  assert.ok(performance.now() - before < 10_000);
});

Deno.test("stopAgent() finds an agent that has turned itself into a daemon", async () => {
  await using ctx = await createContext();
  const manifest = await createVersion(ctx, "setsid sleep 303 </dev/null >/dev/null 2>&1 &");
  const { exited } = await startAgent(ctx, manifest);
  await exited;
  await eventually("the daemon", async () => (await membersNow(ctx)).length === 1);
  await stopAgent(ctx, "sample", manifest.stop);
  assert.equal((await membersNow(ctx)).length, 0);
});

Deno.test("stopAgent() never signals a stranger that has the agent's old pid", async () => {
  await using ctx = await createContext();
  await createVersion(ctx, "exit 0");
  const stranger = new Deno.Command("/bin/sleep", { args: ["60"], detached: true }).spawn();
  try {
    const [stat] = await ctx.processes.stat([stranger.pid]);
    const run = {
      schema: 1 as const,
      pid: stranger.pid,
      bootId: ctx.bootId,
      version: "1.0.0",
      startedAtMs: 1,
      restarts: 0,
      crashes: 0,
    };
    await writeRun(ctx, "sample", { ...run, startTicks: stat!.startTicks - 1 });
    await stopAgent(ctx, "sample");
    await writeRun(ctx, "sample", {
      ...run,
      startTicks: stat!.startTicks,
      bootId: "another boot",
    });
    await stopAgent(ctx, "sample");
    assert.equal((await ctx.processes.stat([stranger.pid])).length, 1);
  } finally {
    stranger.kill("SIGKILL");
    await stranger.status;
  }
});

Deno.test("a thousand short children leave no zombie", async () => {
  await using ctx = await createContext();
  const manifest = await createVersion(
    ctx,
    "i=0; while [ $i -lt 1000 ]; do /bin/true & i=$((i+1)); [ $((i%50)) = 0 ] && wait; done; wait; echo done; exec sleep 60",
  );
  await startAgent(ctx, manifest);
  await eventually("all children", async () => (await log(ctx)).includes("done"));
  await stopAgent(ctx, "sample", manifest.stop);
  await eventually(
    "no zombie of ours",
    async () =>
      !(await ctx.processes.all()).some((one) => one.state === "Z" && one.parentPid === Deno.pid),
  );
});

function createStat(overrides: Partial<ProcessStat>): ProcessStat {
  return {
    pid: 1,
    state: "S",
    parentPid: 0,
    groupId: 1,
    sessionId: 1,
    cpuTicks: 0,
    startTicks: 1,
    rssPages: 1,
    ...overrides,
  };
}

Deno.test("ProcessTree.familyOf() takes in group, session, descendants and marked processes, but no zombie and no stranger", () => {
  const all = [
    createStat({ pid: 10, groupId: 10, sessionId: 10, startTicks: 100 }),
    createStat({ pid: 11, parentPid: 10, groupId: 11, sessionId: 10 }),
    createStat({ pid: 12, parentPid: 11, groupId: 12, sessionId: 12 }),
    createStat({ pid: 13, parentPid: 1, groupId: 10, sessionId: 10, state: "Z" }),
    createStat({ pid: 20, parentPid: 1, groupId: 20, sessionId: 20 }),
    createStat({ pid: 21, parentPid: 20, groupId: 21, sessionId: 21 }),
    createStat({ pid: 30, parentPid: 1, groupId: 30, sessionId: 30 }),
  ];
  const pids = (leader: { pid: number; startTicks: number } | null, marked: number[] = []) =>
    new ProcessTree(all).familyOf(leader, marked).map((one) => one.pid);
  assert.deepEqual(pids({ pid: 10, startTicks: 100 }), [10, 11, 12]);
  assert.deepEqual(pids({ pid: 10, startTicks: 99 }), []);
  assert.deepEqual(pids(null, [20]), [20, 21]);
  assert.deepEqual(pids({ pid: 10, startTicks: 100 }, [20]), [10, 11, 12, 20, 21]);
});

Deno.test("watchStart() lets a version pass that lives and answers, and says why another does not", async () => {
  await using ctx = await createContext();
  const good = await createVersion(ctx, "sleep 0.3; touch ready; exec sleep 60", {
    liveness: { kind: "command", command: ["test", "-e", "ready"], intervalSeconds: 1 },
  });
  await startAgent(ctx, good);
  await watchStart(ctx, good, never);
  await stopAgent(ctx, "sample", good.stop);

  const early = await createVersion(ctx, "echo no such option; exit 3", { settleSeconds: 1 });
  await startAgent(ctx, early);
  await assert.rejects(watchStart(ctx, early, never), {
    reason: "exited_early",
    message: /no such option/,
  });

  const mute = await createVersion(ctx, "exec sleep 60", {
    liveness: { kind: "tcp", port: 1, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 },
  });
  await startAgent(ctx, mute);
  await assert.rejects(watchStart(ctx, mute, never), {
    reason: "liveness_failed",
    message: /refused/,
  });
});

Deno.test("probe() speaks HTTP and TCP, and ends a command that hangs with its whole group", async () => {
  await using ctx = await createContext();
  const around = {
    command: (words: readonly string[]) => [...words],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/tmp",
    identity: () => Promise.resolve(null),
  };
  const timing = { intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 };
  let status = 204;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(null, { status }),
  );
  const { port } = server.addr;
  assert.equal(
    await probe(ctx, { kind: "http", url: `http://127.0.0.1:${port}/`, ...timing }, around),
    null,
  );
  assert.equal(await probe(ctx, { kind: "tcp", host: "127.0.0.1", port, ...timing }, around), null);
  status = 500 as 204;
  assert.match(
    (await probe(ctx, { kind: "http", url: `http://127.0.0.1:${port}/`, ...timing }, around)) ?? "",
    /answered 500/,
  );
  await server.shutdown();
  assert.notEqual(
    await probe(ctx, { kind: "http", url: `http://127.0.0.1:${port}/`, ...timing }, around),
    null,
  );
  assert.match(
    (await probe(
      ctx,
      { kind: "command", command: ["sh", "-c", "echo bad; exit 3"], ...timing },
      around,
    )) ?? "",
    /exit code 3: bad/,
  );
  const mark = { MARK: crypto.randomUUID() };
  const hanging = ["sh", "-c", "sleep 304 & sleep 304"];
  const hung = { ...around, env: { ...around.env, ...mark } };
  const wrong = await probe(ctx, { kind: "command", command: hanging, ...timing }, hung);
  assert.match(wrong ?? "", /no answer within 1000 ms/);
  await eventually("the group has ended", async () => {
    return (await ctx.processes.marked(`MARK=${mark.MARK}`)).length === 0;
  });
});

Deno.test("restartDelayMs() restarts a first crash at once and doubles to its cap", () => {
  assert.ok(restartDelayMs(1, () => 1) <= 500);
  assert.deepEqual(
    [2, 3, 4, 50].map((crashes) => restartDelayMs(crashes, () => 1)),
    [2000, 4000, 8000, 300_000],
  );
  assert.deepEqual(
    [2, 3, 50].map((crashes) => restartDelayMs(crashes, () => 0)),
    [1000, 2000, 150_000],
  );
});

Deno.test("rotateLog() keeps one older log and cuts the current one", async () => {
  await using ctx = await createContext();
  const path = `${ctx.layout.state}/x.log`;
  assert.equal(await rotateLog(path, 10), false);
  await Deno.writeTextFile(path, "0123456789ab");
  assert.equal(await rotateLog(path, 10), true);
  assert.equal(await Deno.readTextFile(`${path}.1`), "0123456789ab");
  assert.equal((await Deno.stat(path)).size, 0);
});

Deno.test("CpuSampler counts children, and does not fall when one of them ends", () => {
  const sampler = new CpuSampler();
  const run = {
    schema: 1 as const,
    pid: 10,
    startTicks: 100,
    bootId: "b",
    version: "1",
    startedAtMs: 0,
    restarts: 0,
    crashes: 0,
  };
  const leader = (cpuTicks: number) =>
    createStat({ pid: 10, groupId: 10, sessionId: 10, startTicks: 100, cpuTicks, rssPages: 100 });
  const child = (cpuTicks: number) =>
    createStat({ pid: 11, parentPid: 10, groupId: 10, sessionId: 10, cpuTicks, rssPages: 50 });
  assert.deepEqual(sampler.sample("a", run, [leader(100), child(100)], 0), {
    cpuPercent: null,
    rssBytes: 150 * 4096,
  });
  assert.equal(sampler.sample("a", run, [leader(150), child(250)], 10_000).cpuPercent, 20);
  // The child's 250 ticks have moved to the parent that reaped it.
  assert.equal(sampler.sample("a", run, [leader(400)], 20_000).cpuPercent, 0);
  assert.equal(sampler.sample("a", run, [], 30_000).cpuPercent, 0);
});
