import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { sampleOf, stateOf } from "./testing/sample-agent.ts";

/* fault 6: a disk that answers with EIO. strace puts the error in place of each call, beginning between two releases. */

const strace = "/usr/bin/strace";

/** From now on the calls of a running ifrit-agent fail; on the files given, or wherever they are made. */
async function withErrors(
  pid: number,
  calls: string,
  paths: readonly string[],
): Promise<AsyncDisposable> {
  const log = await Deno.makeTempFile({ prefix: "ifrit-strace-" });
  const child = new Deno.Command(strace, {
    args: [
      ...["-f", "-p", String(pid), "-o", log, "-e", `trace=${calls}`],
      ...["-e", `inject=${calls}:error=EIO`, ...paths.flatMap((path) => ["-P", path])],
    ],
    ...{ stdin: "null", stdout: "null", stderr: "piped" },
  }).spawn();
  const reader = child.stderr.getReader();
  const { value } = await reader.read();
  assert.match(new TextDecoder().decode(value), /attached/);
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await reader.cancel();
      await child.status;
      assert.match(await Deno.readTextFile(log), /EIO .*INJECTED/, "the error was never met");
      await Deno.remove(log);
    },
  };
}

const two = await sampleOf("2.0.0");

const errors: [string, string, (agent: AgentProcess) => string[]][] = [
  ["fsync", "fsync,fdatasync", () => []],
  ["rename", "rename,renameat,renameat2", () => []],
  [
    "write to the archive",
    "write,pwrite64",
    ({ layout }) => [`${layout.agent("sample").cache}/${two.ref.sha256}.part`],
  ],
  [
    "write to the files unpacked",
    "write,pwrite64",
    ({ layout }) => [`${layout.agent("sample").staging}/2.0.0/files/bin/sample`],
  ],
  [
    "write to the journal",
    "write,pwrite64",
    ({ layout }) => [`${layout.agent("sample").record}.tmp`],
  ],
];

for (const [title, calls, paths] of errors)
  Deno.test({
    name: `fault 6: EIO at each ${title} ends an upgrade with a reason, and the version before goes on`,
    ignore: !(await isThere(strace)),
    fn: async () => {
      await using master = new FakeMaster();
      await using agent = await AgentProcess.enrolled(master);
      master.release(1, await sampleOf("1.0.0"));
      agent.start();
      const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
      {
        await using _errors = await withErrors(agent.pid, calls, paths(agent));
        master.release(2, two);
        const failed = await eventually("it says why", stateOf(master, "failed", "1.0.0"), 30_000);
        assert.equal(failed.failure?.reason, "io_error");
        assert.match(failed.failure?.message ?? "", /Input\/output error/);
        assert.equal(failed.pid, pid);
        assert.deepEqual(await agent.runningVersions("sample"), ["1.0.0"]);
      }
      // Another release, so that nothing waits for the pause after a failure.
      master.release(3, two);
      await eventually("it is upgraded", stateOf(master, "running", "2.0.0"), 30_000);
    },
  });

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(
    () => true,
    () => false,
  );
}
