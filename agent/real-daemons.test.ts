import assert from "node:assert/strict";
import { AgentProcess } from "./testing/agent-process.ts";
import { type BuiltPackage, buildPackage } from "./testing/build-package.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster } from "./testing/fake-master.ts";
import { freePort } from "./testing/free-port.ts";
import { isAlive, stateOf } from "./testing/sample-agent.ts";

// Of the Debian packages redis-tools (its program of another name is the server), nginx-core and memcached.
const redisServer = "/usr/bin/redis-server";
const redisOtherName = "/usr/bin/redis-check-rdb";

async function programOf(path: string): Promise<Uint8Array | null> {
  return await Deno.readFile(path).catch(() => null);
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
  // Which of the two names it was started under decides what it is; the package's file has the right one.
  const program = (await programOf(redisServer)) ?? (await programOf(redisOtherName));
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
    const now = stateOf(master, "running", "2.0.0")().pid ?? pid;
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

async function ask(port: number, question: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(question));
    const buffer = new Uint8Array(8192);
    return new TextDecoder().decode(buffer.subarray(0, (await connection.read(buffer)) ?? 0));
  } finally {
    connection.close();
  }
}

/** install → crash → upgrade → rollback of a broken version → uninstall, of whatever listens on the port. */
async function liveThrough(
  port: number,
  build: (version: string, broken: boolean) => Promise<BuiltPackage>,
  answers: () => Promise<boolean>,
  failure: RegExp,
): Promise<void> {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  await Deno.chmod(agent.root, 0o755);
  agent.start();
  const well = async () => await answers().catch(() => false);
  master.release(1, await build("1.0.0", false));
  const first = await eventually("it runs", stateOf(master, "running", "1.0.0"));
  await eventually("it answers", well);

  Deno.kill(first.pid!, "SIGKILL");
  const second = await eventually("it is back after its crash", () => {
    const state = stateOf(master, "running", "1.0.0")();
    return state.pid && state.pid !== first.pid && isAlive(state.pid) ? state : null;
  });
  await eventually("it answers after its crash", well);

  master.release(2, await build("2.0.0", false));
  const third = await eventually("2.0.0 runs", stateOf(master, "running", "2.0.0"));
  assert.ok(!isAlive(second.pid!) && third.pid !== second.pid);
  await eventually("2.0.0 answers", well);

  master.release(3, await build("3.0.0", true));
  const failed = await eventually("3.0.0 failed", stateOf(master, "failed", "2.0.0"), 30_000);
  assert.match(failed.failure?.message ?? "", failure);
  await eventually("2.0.0 answers again", well);

  master.absent(4, "sample");
  await eventually("it is gone", () => !master.states.has("sample"));
  await assert.rejects(ask(port, "x"));
  assert.deepEqual([...Deno.readDirSync(agent.layout.agents)], []);
}

/** Under a user of its own where the test may, as memcached itself demands of root. */
const asRoot = Deno.uid() === 0;
const run = asRoot ? { run: { user: "nobody" } } : {};

Deno.test("nginx with a master, workers and a hook that tests its configuration lives through its life", async () => {
  const program = await programOf("/usr/sbin/nginx");
  if (program === null) {
    console.log("skipped: nginx is not installed");
    return;
  }
  const port = freePort();
  const config = (broken: boolean) => `worker_processes 3;
pid nginx.pid;
error_log stderr;
${broken ? "no_such_directive on;" : ""}
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server { listen 127.0.0.1:${port}; location / { return 200 "worker $pid"; } }
}
`;
  const start = (last: string) =>
    `#!/bin/sh\nexec "$IFRIT_AGENT_DIR/bin/nginx" -p "$PWD/" -c "$IFRIT_AGENT_DIR/etc/nginx.conf" ${last}\n`;
  const build = (version: string, broken: boolean) =>
    buildPackage(
      {
        ...{ schema: 2, name: "sample", version, ...run },
        start: { command: ["./bin/start"] },
        stop: { signal: "SIGQUIT", timeoutSeconds: 5 },
        liveness: { kind: "http", url: `http://127.0.0.1:${port}/`, intervalSeconds: 1 },
        hooks: { beforeInstall: { command: ["./bin/test"], timeoutSeconds: 10 } },
        settleSeconds: 1,
      },
      {
        "bin/start": start(""),
        "bin/test": start("-t"),
        "bin/nginx": { text: program, executable: true },
        "etc/nginx.conf": config(broken),
      },
    );
  const answers = async () => /worker \d+/.test(await ask(port, "GET / HTTP/1.0\r\n\r\n"));
  await liveThrough(port, build, answers, /beforeInstall of 3\.0\.0.*no_such_directive/);
});

Deno.test("memcached, which makes itself a daemon, lives through its life", async () => {
  const program = await programOf("/usr/bin/memcached");
  if (program === null) {
    console.log("skipped: memcached is not installed");
    return;
  }
  const port = freePort();
  const build = (version: string, broken: boolean) =>
    buildPackage(
      {
        ...{ schema: 2, name: "sample", version, ...run },
        start: {
          command: [
            ...[
              "./bin/memcached",
              "-d",
              "-l",
              "127.0.0.1",
              "-p",
              String(port),
              "-U",
              "0",
              "-m",
              "8",
            ],
            ...(broken ? ["--no-such-option"] : []),
          ],
        },
        stop: { timeoutSeconds: 5 },
        liveness: { kind: "tcp", port, intervalSeconds: 1 },
        settleSeconds: 1,
      },
      { "bin/memcached": { text: program, executable: true } },
    );
  const answers = async () => (await ask(port, "version\r\n")).startsWith("VERSION ");
  await liveThrough(port, build, answers, /no-such-option/);
});
