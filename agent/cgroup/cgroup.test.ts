import assert from "node:assert/strict";
import { PackageManifest } from "@contract/package-manifest.ts";
import { SystemShell } from "../platform/system-shell.ts";
import { startAgent } from "../supervise/start-agent.ts";
import { stopAgent } from "../supervise/stop-agent.ts";
import { createContext } from "../testing/create-context.ts";
import { eventually } from "../testing/eventually.ts";
import { CgroupTree, openCgroupTree } from "./cgroup-tree.ts";
import { findCgroupMount } from "./find-mount.ts";
import { limitFiles, limitsOf } from "./limits.ts";
import { oomKillText, parseOomKill, parseUsage } from "./parse-usage.ts";

const mebibyte = 1024 * 1024;

Deno.test("findCgroupMount() takes a cgroup2 that is mounted for writing, hybrid ones too", () => {
  const v1 = "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n";
  assert.equal(
    findCgroupMount(`${v1}cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n`),
    "/sys/fs/cgroup",
  );
  assert.equal(findCgroupMount(`${v1}cgroup2 /sys/fs/cgroup cgroup2 ro,nosuid 0 0\n`), null);
  assert.equal(findCgroupMount(v1), null);
});

Deno.test("limitsOf() leaves room between the budget and the wall behind it", () => {
  assert.deepEqual(limitsOf(undefined), { memoryMaxBytes: null, cpuMaxPercent: null });
  assert.deepEqual(limitsOf({ rssMiB: 20, cpuPercent: 2 }), {
    memoryMaxBytes: 52 * mebibyte,
    cpuMaxPercent: 52,
  });
  assert.deepEqual(limitsOf({ rssMiB: 200, cpuPercent: 100 }), {
    memoryMaxBytes: 300 * mebibyte,
    cpuMaxPercent: 200,
  });
});

Deno.test("limitFiles() writes what the controllers take, and lifts what another version had", () => {
  const limits = { memoryMaxBytes: 52 * mebibyte, cpuMaxPercent: 52 };
  assert.deepEqual(limitFiles(limits, new Set()), []);
  assert.deepEqual(limitFiles(limits, new Set(["cpu", "memory"])), [
    ["memory.max", String(52 * mebibyte)],
    ["memory.oom.group", "1"],
    ["cpu.max", "52000 100000"],
  ]);
  const none = limitFiles(
    { memoryMaxBytes: null, cpuMaxPercent: null },
    new Set(["cpu", "memory"]),
  );
  assert.deepEqual(none[0], ["memory.max", "max"]);
  assert.deepEqual(none[2], ["cpu.max", "max 100000"]);
});

Deno.test("parseUsage() counts anonymous and mapped memory, no page cache; an empty group has no figures", () => {
  const files = new Map([
    ["cgroup.events", "populated 1\nfrozen 0\n"],
    ["cgroup.procs", "7\n8\n"],
    ["cpu.stat", "usage_usec 2500000\nuser_usec 1\n"],
    ["memory.stat", "anon 1000\nfile 900000\nfile_mapped 50\n"],
  ]);
  assert.deepEqual(parseUsage(files), { cpuSeconds: 2.5, memoryBytes: 1050, pids: [7, 8] });
  assert.equal(parseUsage(new Map([...files, ["cgroup.events", "populated 0\n"]])), null);
  files.delete("memory.stat");
  assert.deepEqual(parseUsage(files), { cpuSeconds: 2.5, memoryBytes: null, pids: [7, 8] });
});

Deno.test("parseOomKill() tells a kill with its figures", () => {
  const files = new Map([
    ["memory.events", "low 0\nmax 12\noom 1\noom_kill 2\n"],
    ["memory.max", `${52 * mebibyte}\n`],
    ["memory.peak", `${52 * mebibyte}\n`],
  ]);
  const kill = parseOomKill(files);
  assert.match(oomKillText(kill!), /had come to 52 MiB, its limit is 52 MiB/);
  assert.equal(parseOomKill(new Map([["memory.events", "oom_kill 0\n"]])), null);
});

Deno.test("CgroupTree writes every limit into the group that it makes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "ifrit-cgroup-" });
  const shell = new SystemShell();
  try {
    const tree = new CgroupTree(shell, folder, "r1", new Set(["cpu", "memory"]));
    const limits = limitsOf({ rssMiB: 20, cpuPercent: 2 });
    assert.equal(await tree.create("log", limits), `${folder}/log.r1`);
    for (const [file, value] of limitFiles(limits, tree.controllers))
      assert.equal(await Deno.readTextFile(`${folder}/log.r1/${file}`), value);
    await Deno.writeTextFile(`${folder}/log.r1/memory.events`, "oom_kill 1\n");
    assert.equal((await tree.oomKills(["log", "other"])).get("log")?.limitBytes, 52 * mebibyte);
  } finally {
    await shell.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** The kernel's own, where this machine lets us: what is below runs against real groups. */
const probe = new SystemShell();
const { tree: real } = await openCgroupTree(probe, "probe");
await probe.close();

Deno.test({
  name: "a daemon that escapes session, marker and program file is found in its group, counted, and ended with it",
  ignore: real === null,
  fn: async () => {
    const shell = new SystemShell();
    const rootId = crypto.randomUUID().slice(0, 8);
    const { tree } = await openCgroupTree(shell, rootId);
    await using ctx = await createContext({ cgroups: tree, rootId });
    const manifest = PackageManifest.parse({
      ...{ schema: 1, name: "sample", version: "1.0.0", platforms: ["linux-x64"] },
      // No environment, a session of its own, another program, no parent, deaf to SIGTERM.
      start: {
        command: [
          "sh",
          "-c",
          "setsid env -i sh -c 'trap \"\" TERM; while :; do /bin/sleep 0.1; done' & exec sleep 300",
        ],
      },
      stop: { timeoutSeconds: 1 },
      files: [{ path: "run", size: 1, sha256: "0".repeat(64), executable: false }],
    });
    try {
      const { identity } = await startAgent(ctx, manifest);
      const pids = await eventually("both are in the group", async () => {
        const found = await tree!.pids("sample");
        return found.includes(identity.pid) && found.length >= 2 ? found : null;
      });
      const usage = (await tree!.usage(["sample", "another"])).get("sample");
      assert.ok((usage?.cpuSeconds ?? -1) >= 0);
      assert.ok(usage?.pids.includes(identity.pid));
      await stopAgent(ctx, "sample", manifest.stop);
      const left = (await ctx.processes.stat(pids)).filter((one) => one.state !== "Z");
      assert.deepEqual(left, []);
      assert.equal(await Deno.stat(tree!.pathOf("sample")).catch(() => null), null);
    } finally {
      await tree!.kill("sample");
      await shell.close();
    }
  },
});
