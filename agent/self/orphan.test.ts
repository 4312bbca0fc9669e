import assert from "node:assert/strict";
import { buildProgram, packageOfProgram } from "../crash/programs.ts";
import { layoutOf } from "../layout.ts";
import { AgentProcess } from "../testing/agent-process.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { GuardProcess } from "../testing/guard-process.ts";
import { isAlive, sampleOf, stateOf } from "../testing/sample-agent.ts";
import { GuardWatch } from "./guard-watch.ts";

const program = await buildProgram("1.0.0");
globalThis.addEventListener("unload", () => Deno.removeSync(program, { recursive: true }));

function guarded(root: string): { guard: GuardProcess; worker: () => number[] } {
  const guard = new GuardProcess(root, [`${program}/ifrit-agent`, "guard", "--root", root]);
  return { guard, worker: () => childrenOf(guard.pid) };
}

/** Programs of ifrit-agent whose parent this is. */
function childrenOf(parent: number): number[] {
  const all = [...Deno.readDirSync("/proc")]
    .map(({ name }) => Number(name))
    .filter((pid) => pid > 0);
  return all.filter((pid) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      const isChild = Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]) === parent;
      return isChild && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("ifrit-agent.js");
    } catch {
      return false;
    }
  });
}

async function ended(pid: number): Promise<void> {
  await eventually(`${pid} has ended`, () => !isAlive(pid));
}

Deno.test("fault 4: a guard that is killed in a trial is followed by one that goes on with the trial", async () => {
  const second = await buildProgram("2.0.0");
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  const first = guarded(agent.root);
  const { pid } = await eventually("the sample runs", stateOf(master, "running", "1.0.0"));
  master.release(2, await packageOfProgram(second, "2.0.0"));
  const onTrial = () => master.reports.some((report) => report.ifritAgentVersion === "2.0.0");
  await eventually("2.0.0 is on trial", onTrial, 30_000);
  await first.guard.stop("SIGKILL");
  await using next = guarded(agent.root).guard;
  await eventually(
    "2.0.0 is committed",
    () => {
      const state = master.states.get("ifrit-agent");
      return state?.phase === "running" && state.version === "2.0.0";
    },
    30_000,
  );
  assert.equal(childrenOf(next.pid).length, 1);
  assert.equal(master.states.get("sample")?.pid, pid);
  await first.guard[Symbol.asyncDispose]();
  await Deno.remove(second, { recursive: true });
});

Deno.test("an ifrit-agent without its guard goes on until another guard begins, and ends then", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const { guard, worker } = guarded(agent.root);
  const [orphan] = await eventually("a worker", () => (worker().length > 0 ? worker() : null));
  await eventually("a check-in", () => master.requests.length > 2);
  await guard.stop("SIGKILL");
  const before = master.requests.length;
  await eventually("it goes on", () => master.requests.length > before + 1);
  await using next = guarded(agent.root).guard;
  await ended(orphan!);
  await eventually("the next one works", () => childrenOf(next.pid).length === 1);
  await guard[Symbol.asyncDispose]();
});

Deno.test("a stuck ifrit-agent that its guard left behind is killed", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  const { guard, worker } = guarded(agent.root);
  const [orphan] = await eventually("a worker", () => (worker().length > 0 ? worker() : null));
  await eventually("a check-in", () => master.requests.length > 2);
  Deno.kill(orphan!, "SIGSTOP");
  await guard.stop("SIGKILL");
  const before = master.requests.length;
  await using _next = guarded(agent.root).guard;
  await ended(orphan!);
  await eventually("the next one works", () => master.requests.length > before + 1);
  await guard[Symbol.asyncDispose]();
});

Deno.test("only another guard's pid ends an ifrit-agent, and not while its own guard lives", async () => {
  const root = await Deno.makeTempDir();
  const path = layoutOf(root).self.guard;
  await Deno.mkdir(layoutOf(root).self.dir);
  let parent = 100;
  const watch = new GuardWatch(path, () => parent);
  assert.equal(await watch.isReplaced(), false, "no file");
  await Deno.writeTextFile(path, "200\n");
  assert.equal(await watch.isReplaced(), false, "its own guard lives");
  await Deno.writeTextFile(path, "100\n");
  parent = 1;
  assert.equal(await watch.isReplaced(), false, "its own was the last");
  for (const text of ["", "\n", "nonsense", "-1"]) {
    await Deno.writeTextFile(path, text);
    assert.equal(await watch.isReplaced(), false, JSON.stringify(text));
  }
  await Deno.writeTextFile(path, "200\n");
  assert.equal(await watch.isReplaced(), true);
  assert.equal(await new GuardWatch(path, () => 1).isReplaced(), true, "gone before it began");
  await Deno.remove(root, { recursive: true });
});
