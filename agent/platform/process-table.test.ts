import assert from "node:assert/strict";
import { parseStat, ShellProcessTable } from "./process-table.ts";

Deno.test("parseStat() reads a command name with brackets and spaces", () => {
  const rest =
    "S 1 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 999 2560000 77 18446744073709551615";
  const stat = parseStat(`42 (a) b (c) ${rest}`);
  assert.deepEqual(stat, {
    pid: 42,
    state: "S",
    parentPid: 1,
    groupId: 42,
    sessionId: 42,
    cpuTicks: 100,
    startTicks: 999,
    rssPages: 77,
  });
});

Deno.test("parseStat() refuses a line that is cut off", () => {
  assert.equal(parseStat("42 (sleep) S 1 42"), null);
  assert.equal(parseStat(""), null);
});

Deno.test("ShellProcessTable signals only the process that has the expected start time", async () => {
  const table = new ShellProcessTable();
  const child = new Deno.Command("/bin/sleep", { args: ["60"], detached: true }).spawn();
  try {
    const [stat] = await table.stat([child.pid, 4_000_000]);
    assert.equal(stat?.pid, child.pid);
    assert.equal(stat?.groupId, child.pid);
    await table.signal("KILL", [{ pid: child.pid, startTicks: stat!.startTicks + 1 }]);
    assert.equal((await table.stat([child.pid])).length, 1);
    await table.signal("KILL", [stat!]);
    assert.equal((await child.status).signal, "SIGKILL");
    assert.equal((await table.stat([child.pid])).length, 0);
  } finally {
    await table.close();
  }
});

Deno.test("ShellProcessTable finds processes by a text in their environment", async () => {
  const table = new ShellProcessTable();
  const marker = `IFRIT_TEST=${crypto.randomUUID()}.`;
  const [name, value] = marker.split("=") as [string, string];
  const child = new Deno.Command("/bin/sleep", { args: ["60"], env: { [name]: value } }).spawn();
  try {
    let pids: number[] = [];
    for (let i = 0; i < 50 && pids.length === 0; i++) pids = await table.marked(marker);
    assert.deepEqual(pids, [child.pid]);
    assert.match(await table.bootId(), /^[0-9a-f-]{36}$/);
    assert.ok((await table.all()).some((stat) => stat.pid === child.pid));
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await table.close();
  }
});
