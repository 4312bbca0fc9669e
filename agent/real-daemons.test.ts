import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { isAlive, stateOf } from "./testing/sample-agent.ts";

const redisServer = "/usr/bin/redis-server";

async function programOf(path: string): Promise<Uint8Array | null> {
  return await Deno.readFile(path).catch(() => null);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

async function ping(port: number): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode("INFO server\r\n"));
    const buffer = new Uint8Array(8192);
    return new TextDecoder().decode(buffer.subarray(0, (await connection.read(buffer)) ?? 0));
  } finally {
    connection.close();
  }
}

Deno.test("a daemon that forks itself away is installed, upgraded, restarted, rolled back and removed", async () => {
  const program = await programOf(redisServer);
  if (program === null) {
    console.log(`skipped: ${redisServer} is not installed`);
    return;
  }
  const port = freePort();
  const redis = (version: string, ...options: string[]) =>
    buildPackage(
      {
        name: "sample",
        version,
        start: {
          command: [
            "bin/redis-server",
            "--port",
            String(port),
            "--bind",
            "127.0.0.1",
            "--daemonize",
            "yes",
            "--save",
            "",
            "--dir",
            ".",
            ...options,
          ],
        },
        stop: { timeoutSeconds: 5 },
        liveness: { kind: "tcp", port, intervalSeconds: 1, failureThreshold: 3 },
        settleSeconds: 1,
      },
      { "bin/redis-server": { text: program, executable: true } },
    );
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  agent.start();
  let pid = 0;

  // install
  master.release(1, await redis("1.0.0"));
  pid = (await eventually("it runs", stateOf(master, "running", "1.0.0"))).pid!;
  assert.match(await ping(port), new RegExp(`process_id:${pid}\r`));

  // it outlives ifrit-agent and is taken over
  await agent.kill();
  const reports = master.reports.length;
  agent.start();
  await eventually("a report", () => master.reports.length > reports);
  assert.equal(master.states.get("sample")?.pid, pid);

  // upgrade
  master.release(2, await redis("2.0.0", "--maxclients", "77"));
  const { pid: next } = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  assert.ok(!isAlive(pid));
  pid = next!;

  // crash
  Deno.kill(pid, "SIGKILL");
  // For a moment the report may name the process that forks the daemon and ends.
  pid = await eventually("it is back", async () => {
    const now = stateOf(master, "running", "2.0.0")()?.pid ?? pid;
    if (now === pid) return null;
    const answer = await ping(port).catch(() => "");
    return answer.includes(`process_id:${now}\r`) ? now : null;
  });

  // rollback of a version with a wrong option
  master.release(3, await redis("3.0.0", "--no-such-option", "1"));
  const failed = await eventually("3.0.0 failed", stateOf(master, "failed", "2.0.0"));
  assert.match(failed.failure?.message ?? "", /no-such-option|Bad directive/);
  await eventually("2.0.0 answers", async () => (await ping(port)).includes("process_id"));

  // uninstall
  pid = master.states.get("sample")?.pid ?? pid;
  master.absent(4, "sample");
  await eventually("it is gone", () => !master.states.has("sample"));
  await assert.rejects(ping(port));
  assert.deepEqual([...Deno.readDirSync(agent.layout.agents)], []);
});
