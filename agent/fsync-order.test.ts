import assert from "node:assert/strict";
import { parentOf } from "./platform/durable-file.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { sampleOf, stateOf } from "./testing/sample-agent.ts";

/*
 * kill -9 does not test a power loss: the page cache survives it. So the order of system calls is
 * looked at: whatever a rename publishes was fsynced before, and its folder is fsynced after.
 */

const strace = "/usr/bin/strace";

interface Call {
  name: "rename" | "fsync" | "write";
  path: string;
  to?: string;
}

function parseCalls(trace: string): Call[] {
  const calls: Call[] = [];
  for (const line of trace.split("\n")) {
    const sync = /(?:fsync|fdatasync)\(\d+<([^>]+)>.* = 0$/.exec(line);
    const write = /(?:write|pwrite64)\(\d+<(\/[^>]+)>/.exec(line);
    const rename = /rename(?:at2?)?\((?:[^",]*, )?"([^"]+)", (?:[^",]*, )?"([^"]+)".* = 0$/.exec(
      line,
    );
    if (sync) calls.push({ name: "fsync", path: sync[1]! });
    else if (write) calls.push({ name: "write", path: write[1]! });
    else if (rename) calls.push({ name: "rename", path: rename[1]!, to: rename[2]! });
  }
  return calls;
}

/** The files below `folder` that were written, and since then not fsynced, before the call at `end`. */
function unsynced(calls: readonly Call[], end: number, path: string): string[] {
  const dirty = new Set<string>();
  for (const call of calls.slice(0, end)) {
    if (call.path !== path && !call.path.startsWith(`${path}/`)) continue;
    if (call.name === "write") dirty.add(call.path);
    else if (call.name === "fsync") dirty.delete(call.path);
  }
  return [...dirty];
}

Deno.test("fault 3: every rename of an upgrade follows the fsync of what it publishes and is followed by one of its folder", async () => {
  if (
    !(await Deno.stat(strace).then(
      () => true,
      () => false,
    ))
  ) {
    console.log("skipped: strace is not installed");
    return;
  }
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  const log = `${agent.root}/trace.log`;
  // Each call is decoded on one line: strace waits for one thread's call to return before the next is shown.
  agent.start({}, [
    strace,
    "-D",
    "-f",
    "-qq",
    "-y",
    "-s",
    "0",
    "-e",
    "trace=rename,renameat,renameat2,fsync,fdatasync,write,pwrite64",
    "-o",
    log,
  ]);
  await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"), 30_000);
  master.release(2, await sampleOf("2.0.0"));
  await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"), 30_000);
  await agent.kill();

  const calls = parseCalls(joinUnfinished(await Deno.readTextFile(log)));
  // status.json is for people and the trash is on its way out: neither has to survive a power loss.
  const publishes = calls
    .map((call, index) => ({ ...call, index }))
    .filter(
      (call) =>
        call.name === "rename" &&
        call.to?.startsWith(agent.root) &&
        !/\/(status\.json|trash\/.*)$/.test(call.to),
    );
  const targets = publishes.map((call) => call.to!.slice(agent.root.length));
  for (const expected of [
    "/state/desired.json",
    "/agents/sample/versions/2.0.0",
    "/agents/sample/current",
    "/agents/sample/record.json",
    "/agents/sample/run.json",
    "/identity/counter.json",
  ]) {
    assert.ok(targets.includes(expected), `${expected} in ${targets}`);
  }
  for (const { path, to, index } of publishes) {
    assert.deepEqual(unsynced(calls, index, path), [], `not on disk before it becomes ${to}`);
    const after = calls
      .slice(index + 1)
      .findIndex((call) => call.name === "fsync" && call.path === parentOf(to!));
    assert.ok(after >= 0, `the folder of ${to} is not fsynced`);
    const next = calls
      .slice(index + 1)
      .findIndex(
        (call) => call.name === "rename" && parentOf(call.to!) === parentOf(to!) && call.to !== to,
      );
    assert.ok(
      next < 0 || after < next,
      `the folder of ${to} is fsynced after the next rename only`,
    );
  }
});

/** "call(… <unfinished ...>" and "<... call resumed>" of one thread, put together. */
function joinUnfinished(trace: string): string {
  const open = new Map<string, string>();
  const lines: string[] = [];
  for (const line of trace.split("\n")) {
    const [, thread = "", text = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (text.endsWith("<unfinished ...>"))
      open.set(thread, text.slice(0, -"<unfinished ...>".length));
    else lines.push(resumed ? `${open.get(thread) ?? ""}${resumed[1]}` : text);
  }
  return lines.join("\n");
}
