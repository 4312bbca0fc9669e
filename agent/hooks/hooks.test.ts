import assert from "node:assert/strict";
import type { AgentState } from "@contract/agent-state.ts";
import { type HookName, hookNames } from "@contract/package-manifest.ts";
import { checkManifest } from "../install/check-manifest.ts";
import { readRecord } from "../plan/agent-record.ts";
import { AgentProcess } from "../testing/agent-process.ts";
import { type BuiltPackage, buildPackage } from "../testing/build-package.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { isAlive, loop, stateOf } from "../testing/sample-agent.ts";

type HookOverrides = Partial<Record<HookName, Record<string, unknown>>>;

/** Writes a line when it begins and one when it ends, to a folder that outlives the agent; does in between what `middle` says. */
function hookScript(trace: string, middle: string): string {
  return `#!/bin/sh
exec 9>>${trace}
say() { echo "$1 $IFRIT_HOOK $IFRIT_AGENT_VERSION \${IFRIT_PREVIOUS_VERSION:--}" >&9; }
say begin
${middle}
say end
`;
}

function hookedOf(
  version: string,
  given: {
    trace: string;
    hooks?: readonly HookName[];
    middle?: string;
    overrides?: HookOverrides;
    script?: string;
    manifest?: Record<string, unknown>;
  },
): Promise<BuiltPackage> {
  const { trace, hooks = hookNames, middle = ":", overrides = {} } = given;
  const entries = hooks.map((hook) => [
    hook,
    { command: ["./hooks/any"], timeoutSeconds: 5, ...overrides[hook] },
  ]);
  return buildPackage(
    {
      ...{ schema: 2, name: "sample", version, start: { command: ["./bin/sample"] } },
      hooks: Object.fromEntries(entries),
      ...given.manifest,
    },
    {
      "bin/sample": `#!/bin/sh\n${given.script ?? loop}\n`,
      "hooks/any": hookScript(trace, middle),
    },
  );
}

interface Stage extends AsyncDisposable {
  master: FakeMaster;
  agent: AgentProcess;
  trace: string;
  lines(): string[];
  /** Forgets what was traced so far. */
  forget(): void;
}

async function createStage(): Promise<Stage> {
  const folder = await Deno.makeTempDir({ prefix: "ifrit-hooks-" });
  const trace = `${folder}/trace`;
  const master = new FakeMaster();
  const agent = await AgentProcess.enrolled(master);
  const lines = () => {
    try {
      return Deno.readTextFileSync(trace).split("\n").filter(Boolean);
    } catch {
      return [];
    }
  };
  return {
    ...{ master, agent, trace, lines },
    forget: () => Deno.writeTextFileSync(trace, ""),
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await master[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const ends = (stage: Stage) =>
  stage
    .lines()
    .filter((line) => line.startsWith("end "))
    .map((line) => line.slice(4));

Deno.test("each hook runs at its step, once, and knows its version and the one before", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  master.release(1, await hookedOf("1.0.0", { trace }));
  agent.start();
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  assert.deepEqual(ends(stage), [
    "beforeInstall 1.0.0 -",
    "afterInstall 1.0.0 -",
    "beforeStart 1.0.0 -",
    "afterStart 1.0.0 -",
  ]);

  stage.forget();
  master.release(2, await hookedOf("2.0.0", { trace }));
  const second = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  assert.deepEqual(ends(stage), [
    "beforeInstall 2.0.0 1.0.0",
    "beforeStop 1.0.0 -",
    "afterStop 1.0.0 -",
    "afterInstall 2.0.0 1.0.0",
    "beforeStart 2.0.0 1.0.0",
    "afterStart 2.0.0 1.0.0",
  ]);

  // After a crash there is nothing to stop.
  stage.forget();
  assert.notEqual(second.pid, pid);
  Deno.kill(second.pid!, "SIGKILL");
  await eventually("it is back", () => ends(stage).length === 2);
  assert.deepEqual(ends(stage), ["beforeStart 2.0.0 1.0.0", "afterStart 2.0.0 1.0.0"]);

  stage.forget();
  await eventually("it is reported", stateOf(master, "running", "2.0.0"));
  master.absent(3, "sample");
  await eventually("it is gone", () => !master.states.has("sample"));
  assert.deepEqual(ends(stage), [
    "beforeUninstall 2.0.0 1.0.0",
    "beforeStop 2.0.0 1.0.0",
    "afterStop 2.0.0 1.0.0",
    "afterUninstall 2.0.0 1.0.0",
  ]);
  assert.deepEqual([...Deno.readDirSync(agent.layout.agents)], []);
});

Deno.test("a hook gets its folders and the environment of its package, and no marker of the agent's own processes", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  const built = await hookedOf("1.0.0", {
    trace,
    hooks: ["beforeInstall"],
    middle: "env | sort >&9; pwd >&9",
    manifest: { start: { command: ["./bin/sample"], env: { LEVEL: "debug" } } },
  });
  master.release(1, built);
  agent.start();
  await eventually("it runs", stateOf(master, "running", "1.0.0"));
  const layout = agent.layout.agent("sample");
  for (const line of [
    "LEVEL=debug",
    "IFRIT_HOOK=beforeInstall",
    "IFRIT_AGENT_NAME=sample",
    "IFRIT_AGENT_VERSION=1.0.0",
    "IFRIT_PREVIOUS_VERSION=",
    `IFRIT_AGENT_DATA_DIR=${layout.data}`,
    `IFRIT_AGENT_DIR=${layout.version("1.0.0")}/files`,
    layout.data,
  ])
    assert.ok(stage.lines().includes(line), `${line} in ${stage.lines().join("\n")}`);
  const secrets = stage.lines().filter((line) => /ENROLLMENT|IFRIT_AGENT_INSTANCE/.test(line));
  assert.deepEqual(secrets, []);
});

const failing = (hook: HookName, first = "1.0.0") =>
  `if [ "$IFRIT_HOOK" = ${hook} ] && [ "$IFRIT_AGENT_VERSION" != ${first} ]; then echo "no space for it" >&2; exit 3; fi`;

Deno.test("a failing beforeInstall refuses the switch and touches nothing that runs", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  master.release(1, await hookedOf("1.0.0", { trace }));
  agent.start();
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  master.release(2, await hookedOf("2.0.0", { trace, middle: failing("beforeInstall") }));
  const failed = await eventually("it is refused", stateOf(master, "failed", "1.0.0"));
  assert.deepEqual([failed.failure?.reason, failed.failure?.version], ["hook_failed", "2.0.0"]);
  assert.match(failed.failure?.message ?? "", /beforeInstall of 2\.0\.0.*exit code 3: no space/);
  assert.equal(failed.pid, pid);
  assert.equal(await agent.currentVersion("sample"), "1.0.0");
  assert.ok(!ends(stage).some((line) => line.startsWith("beforeStop")));
});

Deno.test("a machine that is blocked while beforeInstall runs does not switch", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  master.release(1, await hookedOf("1.0.0", { trace }));
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  const middle = `if [ "$IFRIT_HOOK" = beforeInstall ]; then until [ -e ${trace}.go ]; do sleep 0.05; done; fi`;
  master.release(2, await hookedOf("2.0.0", { trace, middle }));
  await eventually("the hook runs", () =>
    stage.lines().includes("begin beforeInstall 2.0.0 1.0.0"),
  );
  master.blocked = "paused";
  Deno.writeTextFileSync(`${trace}.go`, "");
  await eventually("it has run", () => ends(stage).includes("beforeInstall 2.0.0 1.0.0"));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(await agent.currentVersion("sample"), "1.0.0");
  assert.ok(!ends(stage).some((line) => line.startsWith("beforeStop")));
  master.blocked = null;
  await eventually("then it switches", stateOf(master, "running", "2.0.0"));
});

for (const hook of ["afterInstall", "beforeStart", "afterStart"] as const) {
  Deno.test(`a failing ${hook} fails the switch: the version before runs again`, async () => {
    await using stage = await createStage();
    const { master, agent, trace } = stage;
    master.release(1, await hookedOf("1.0.0", { trace }));
    agent.start();
    await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
    stage.forget();
    master.release(2, await hookedOf("2.0.0", { trace, middle: failing(hook) }));
    const failed = await eventually("2.0.0 failed", stateOf(master, "failed", "1.0.0"));
    assert.equal(failed.failure?.reason, "hook_failed");
    assert.match(failed.failure?.message ?? "", new RegExp(`${hook} of 2\\.0\\.0`));
    await eventually("1.0.0 runs", async () => {
      return (await agent.runningVersions("sample")).join() === "1.0.0";
    });
    // A rollback runs the stop hooks of what ran and the start hooks of what is put back, no install hook.
    const after = ends(stage).slice(
      ends(stage).findIndex((line) => line.startsWith("afterStop 1")) + 1,
    );
    const rolledBack = after.filter((line) => line.includes(" 1.0.0 "));
    assert.deepEqual(rolledBack, ["beforeStart 1.0.0 -", "afterStart 1.0.0 -"]);
    assert.equal(
      after.some((line) => line.startsWith("beforeStop 2.0.0")),
      hook === "afterStart",
    );
    const { quarantine } = await readRecord(agent.layout.agent("sample"));
    assert.deepEqual(
      [quarantine[0]?.version, quarantine[0]?.failure.reason],
      ["2.0.0", "hook_failed"],
    );
  });
}

Deno.test("hooks of the version that a rollback puts back cannot stop it", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  // It starts well the first time, and its hook fails when it is put back.
  const middle = `if [ "$IFRIT_HOOK" = beforeStart ] && [ -e seen ]; then echo again >&2; exit 1; fi; touch seen`;
  master.release(1, await hookedOf("1.0.0", { trace, middle, hooks: ["beforeStart"] }));
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  const bad = { trace, hooks: [], script: "exit 7", manifest: { settleSeconds: 1 } };
  master.release(2, await hookedOf("2.0.0", bad));
  await eventually("2.0.0 failed", stateOf(master, "failed", "1.0.0"));
  await eventually("1.0.0 runs", async () => {
    return (await agent.runningVersions("sample")).join() === "1.0.0";
  });
  const { note } = await readRecord(agent.layout.agent("sample"));
  assert.match(note?.message ?? "", /beforeStart of 1\.0\.0.*again/);
});

Deno.test("a hook that may fail, or that goes with a stop, is reported beside the running version", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  const overrides = { afterInstall: { onFailure: "continue" } };
  const first = { trace, overrides, middle: failing("afterInstall", "none") };
  master.release(1, await hookedOf("1.0.0", first));
  agent.start();
  const running = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  assert.equal(running.failure?.reason, "hook_failed");
  assert.match(running.failure?.message ?? "", /afterInstall of 1\.0\.0/);
  master.release(2, await hookedOf("2.0.0", { trace, middle: ":" }));
  const second = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  assert.equal(second.failure, null, "another switch, another account");
  master.release(3, await hookedOf("3.0.0", { trace, middle: failing("beforeStop") }));
  await eventually("3.0.0 runs", stateOf(master, "running", "3.0.0"));
  master.release(4, await hookedOf("4.0.0", { trace }));
  const last = await eventually("4.0.0 runs", stateOf(master, "running", "4.0.0"));
  assert.match(last.failure?.message ?? "", /beforeStop of 3\.0\.0/);
});

/** Hangs with a child of its own that has left the session, both deaf to SIGTERM. */
const hanging = (hook: HookName, seconds: number) =>
  `if [ "$IFRIT_HOOK" = ${hook} ]; then trap "" TERM; setsid sleep ${seconds} & sleep ${seconds}; fi`;

async function sleeping(seconds: number): Promise<number> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", `grep -lsxzF ${seconds} /proc/[0-9]*/cmdline`],
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean).length;
}

Deno.test("a hanging beforeUninstall is cut off with all that it started, and the uninstall goes on", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  const seconds = 4711;
  master.release(
    1,
    await hookedOf("1.0.0", {
      trace,
      middle: hanging("beforeUninstall", seconds),
      overrides: { beforeUninstall: { timeoutSeconds: 1 } },
    }),
  );
  agent.start();
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  master.absent(2, "sample");
  await eventually("it hangs", async () => (await sleeping(seconds)) === 2);
  await eventually("it is gone", () => !master.states.has("sample"));
  assert.equal(await sleeping(seconds), 0);
  assert.ok(ends(stage).includes("afterUninstall 1.0.0 -"));
});

Deno.test("a hanging hook holds up neither other agents nor the end of ifrit-agent", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  const seconds = 4712;
  const overrides = { beforeInstall: { timeoutSeconds: 300 } };
  master.release(
    1,
    await hookedOf("1.0.0", { trace, middle: hanging("beforeInstall", seconds), overrides }),
  );
  agent.start();
  await eventually("it hangs", async () => (await sleeping(seconds)) === 2);
  const other = await buildPackage(
    { name: "other", version: "1.0.0" },
    { run: `#!/bin/sh\n${loop}\n` },
  );
  master.release(2, other);
  const runs = () => master.states.get("other")?.phase === "running";
  await eventually("the other one runs", runs);
  const pid = master.states.get("other")!.pid!;
  Deno.kill(pid, "SIGKILL");
  await eventually("the other one is restarted", () => {
    const state = master.states.get("other");
    return state?.phase === "running" && state.pid !== pid;
  });
  const beganMs = performance.now();
  await agent.kill("SIGTERM");
  assert.ok(performance.now() - beganMs < 4000, "it ends at once");
  assert.equal(await sleeping(seconds), 0, "and takes its hook with it");
});

/** Hangs in the middle of the hook the first time, and not the second. */
const hangsOnce = (hook: HookName, trace: string, version: string) =>
  `if [ "$IFRIT_HOOK$IFRIT_AGENT_VERSION" = ${hook}${version} ] && [ ! -e ${trace}.once ]; then touch ${trace}.once; sleep 4713; fi`;

const killed: Record<HookName, { version: string; arrived: (stage: Stage) => boolean }> = {
  beforeInstall: { version: "2.0.0", arrived: runs2 },
  afterInstall: { version: "2.0.0", arrived: runs2 },
  beforeStart: { version: "2.0.0", arrived: runs2 },
  afterStart: { version: "2.0.0", arrived: runs2 },
  beforeStop: { version: "1.0.0", arrived: runs2 },
  afterStop: { version: "1.0.0", arrived: runs2 },
  beforeUninstall: { version: "1.0.0", arrived: isGone },
  afterUninstall: { version: "1.0.0", arrived: isGone },
};

function runs2({ master }: Stage): boolean {
  const state: AgentState | undefined = master.states.get("sample");
  return state?.phase === "running" && state.version === "2.0.0";
}

function isGone({ master, agent }: Stage): boolean {
  return !master.states.has("sample") && [...Deno.readDirSync(agent.layout.agents)].length === 0;
}

for (const hook of hookNames) {
  const { version, arrived } = killed[hook];
  Deno.test(`ifrit-agent killed in the middle of ${hook}: the hook is ended, runs again, and the machine arrives`, async () => {
    await using stage = await createStage();
    const { master, agent, trace } = stage;
    const middle = hangsOnce(hook, trace, version);
    const overrides = Object.fromEntries(hookNames.map((name) => [name, { timeoutSeconds: 60 }]));
    master.release(1, await hookedOf("1.0.0", { trace, middle, overrides }));
    agent.start();
    await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
    stage.forget();
    if (hook.endsWith("Uninstall")) master.absent(2, "sample");
    else master.release(2, await hookedOf("2.0.0", { trace, middle, overrides }));
    const begun = () => stage.lines().filter((line) => line.startsWith(`begin ${hook} ${version}`));
    await eventually("the hook hangs", () => begun().length === 1);
    await agent.kill();
    agent.start();
    await eventually("arrival", () => arrived(stage), 30_000);
    assert.equal(begun().length, 2, stage.lines().join("\n"));
    const ended = ends(stage).filter((line) => line.startsWith(`${hook} ${version}`));
    assert.equal(ended.length, 1, "the first one was ended, the second ran through");
    assert.equal(
      (await agent.runningVersions("sample")).length,
      hook.endsWith("Uninstall") ? 0 : 1,
    );
  });
}

Deno.test("ifrit-agent killed in the middle of afterStart of a restart: the hook runs again, the process goes on", async () => {
  await using stage = await createStage();
  const { master, agent, trace } = stage;
  const middle = `if [ "$IFRIT_HOOK" = afterStart ] && [ -e ${trace}.armed ]; then rm ${trace}.armed; sleep 4714; fi`;
  const overrides = { afterStart: { timeoutSeconds: 60 } };
  master.release(1, await hookedOf("1.0.0", { trace, middle, overrides }));
  agent.start();
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  stage.forget();
  Deno.writeTextFileSync(`${trace}.armed`, "");
  Deno.kill(pid!, "SIGKILL");
  await eventually("the hook hangs", () => stage.lines().includes("begin afterStart 1.0.0 -"));
  const pidNow = () => JSON.parse(Deno.readTextFileSync(agent.layout.agent("sample").run)).pid;
  const started = pidNow();
  await agent.kill();
  agent.start();
  await eventually("the hook has run", () => ends(stage).includes("afterStart 1.0.0 -"));
  assert.deepEqual([pidNow(), isAlive(started)], [started, true]);
  assert.equal(stage.lines().filter((line) => line.startsWith("begin beforeStart")).length, 1);
});

Deno.test("checkManifest() refuses hooks that it cannot keep to", () => {
  const manifest = {
    ...{ schema: 2, name: "sample", version: "1.0.0", platforms: ["linux-x64"] },
    start: { command: ["sh"] },
    files: [{ path: "run", size: 1, sha256: "0".repeat(64), executable: false }],
  };
  const check = (change: Record<string, unknown>) => () =>
    checkManifest(JSON.stringify({ ...manifest, ...change }), {
      ...{ name: "sample", version: "1.0.0", platform: "linux-x64" },
      ...(change.name === "ifrit-agent" ? { name: "ifrit-agent" } : {}),
    });
  const hooks = { beforeStart: { command: ["true"] } };
  assert.equal(check({ hooks })().hooks?.beforeStart?.timeoutSeconds, 30);
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ schema: 1, hooks }, /hooks needs schema: 2/],
    [{ schema: 1, run: { user: "nobody" } }, /run needs schema: 2/],
    [{ schema: 3 }, /schema/],
    [{ hooks, name: "ifrit-agent" }, /guard starts it/],
    [{ hooks: { beforeStrat: { command: ["true"] } } }, /hooks/],
    [{ hooks: { beforeStop: { command: ["true"], onFailure: "fail" } } }, /hooks\.beforeStop/],
    [{ hooks: { afterStop: { command: ["./run"] } } }, /run is not an executable file/],
    [{ hooks: { afterStop: { command: ["true"], timeoutSeconds: 301 } } }, /timeoutSeconds/],
  ];
  for (const [change, message] of refused)
    assert.throws(check(change), { reason: "archive_invalid", message });
});
