import assert from "node:assert/strict";
import type { RunRecord } from "../plan/run-record.ts";
import type { ProcessIdentity, ProcessStat, ProcessTable } from "../platform/process-table.ts";
import { createContext, type TestContext } from "../testing/create-context.ts";
import { adoptDaemon } from "./adopt-daemon.ts";
import { ExitLog } from "./exit-log.ts";

const starter: ProcessIdentity = { pid: 100, startTicks: 5 };
const between = statOf(101, 6);
const daemon = statOf(102, 7);

function statOf(pid: number, startTicks: number): ProcessStat {
  const group = { parentPid: 1, groupId: pid, sessionId: pid };
  return { pid, startTicks, state: "S", ...group, cpuTicks: 0, rssPages: 1 } as ProcessStat;
}

/** A machine whose processes are, look by look, those given; the last of them stay. */
async function adopted(looks: ProcessStat[][], exits: ExitLog): Promise<RunRecord | null> {
  await using ctx = await createContext();
  let look = 0;
  const seen = () => looks[Math.min(look, looks.length - 1)] ?? [];
  const processes = {
    marked: () => Promise.resolve(seen().map((one) => one.pid)),
    runningFrom: () => Promise.resolve([]),
    all: () => {
      const stats = seen();
      look++;
      return Promise.resolve(stats);
    },
  } as unknown as ProcessTable;
  const run: RunRecord = {
    ...{ schema: 1, ...starter, bootId: ctx.bootId, version: "1.0.0" },
    ...{ startedAtMs: 0, restarts: 0, crashes: 0 },
  };
  await Deno.mkdir(ctx.layout.agent("sample").dir, { recursive: true });
  const machine = { ...ctx, exits, processes } as TestContext;
  return await adoptDaemon(machine, "sample", run);
}

function ended(success: boolean): ExitLog {
  const exits = new ExitLog();
  exits.began(starter);
  exits.ended(starter, success);
  return exits;
}

Deno.test("adoptDaemon() waits for a program's end to be told, which on a busy machine comes late", async () => {
  const exits = new ExitLog();
  exits.began(starter);
  setTimeout(() => exits.ended(starter, true), 700);
  assert.equal((await adopted([[daemon]], exits))?.pid, daemon.pid);
});

Deno.test("adoptDaemon() takes the process that stays, not the one between it and its starter", async () => {
  const run = await adopted([[between], [daemon]], ended(true));
  assert.equal(run?.pid, daemon.pid);
});

Deno.test("adoptDaemon() overlooks a moment in which the daemon shows no marker", async () => {
  assert.equal((await adopted([[], [daemon]], ended(true)))?.pid, daemon.pid);
});

Deno.test("adoptDaemon() takes nothing that a crashed or a vanished program left behind", async () => {
  assert.equal(await adopted([[daemon]], ended(false)), null);
  assert.equal(await adopted([[daemon]], new ExitLog()), null);
  assert.equal(await adopted([[]], ended(true)), null);
});
