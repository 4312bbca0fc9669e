import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { Services } from "../platform/services.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createTestServices } from "../testing/test-services.ts";
import { cronSecret } from "./cron.ts";

/* server.ts as a process of its own, the way that people start it. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

type Line = { msg: string; url?: string };

function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "tsx", "server.ts"], {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env } as never,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const lines: Line[] = [];
  let text = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      lines.push(JSON.parse(text.slice(0, end)));
      text = text.slice(end + 1);
    }
  });
  const said = async (msg: string) => {
    for (;;) {
      const line = lines.find((one) => one.msg.includes(msg));
      if (line) return line;
      await Promise.race([once(child.stdout!, "data"), once(child, "exit")]);
      if (child.exitCode !== null && !lines.some((one) => one.msg.includes(msg)))
        throw new Error(`the server ended without saying "${msg}": ${JSON.stringify(lines)}`);
    }
  };
  return { child, lines, said };
}

function settingsOf({ env }: Services): Record<string, string> {
  return {
    DATABASE_URL: env.DATABASE_URL,
    REDIS_URL: env.REDIS_URL,
    IFRIT_SECRET: env.IFRIT_SECRET,
    IFRIT_DATA_DIR: env.IFRIT_DATA_DIR,
    IFRIT_ROLE: "master",
    PORT: "0",
  };
}

test("the server says where it listens, is alive and ready, and shows its metrics", async () => {
  const services = await createTestServices();
  await createCluster(services, { id: "c1" });
  const { said } = launch(settingsOf(services));
  const { url } = await said("listening");
  const get = async (path: string, headers = {}) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, text: await response.text() };
  };
  expect(await get("/livez")).toEqual({ status: 200, text: "alive\n" });
  expect(await get("/readyz")).toEqual({ status: 200, text: "ready\n" });
  expect((await get("/readyz?verbose")).text).toBe(
    "[+]mysql ok\n[+]redis ok\n[+]config ok\n[+]desired-state ok\n[+]signing ok\nready\n",
  );
  expect((await get("/healthz")).status).toBe(200);
  expect((await get("/api/agent/v1/desired-state")).status).toBe(401);
  expect((await get("/api/cron/rebuild")).status).toBe(401);
  const authorization = `Bearer ${cronSecret(services.env.IFRIT_SECRET)}`;
  const rebuilt = await get("/api/cron/rebuild", { authorization });
  expect([rebuilt.status, JSON.parse(rebuilt.text).job]).toEqual([200, "rebuild"]);
  expect((await get("/api/cron/flush", { authorization })).status).toBe(200);
  expect((await get("/api/cron/nothing", { authorization })).status).toBe(404);
  expect((await get("/metrics")).text).toContain(
    'ifrit_agent_requests_total{call="desired-state",status="401"} 1',
  );
  expect((await get("/machines")).status).toBe(404);
});

test("SIGTERM lets a request that is under way end, and then the process ends well", async () => {
  const services = await createTestServices();
  const { child, said } = launch(settingsOf(services));
  const { port } = new URL((await said("listening")).url!);
  const socket = connect(Number(port), "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  const body = '{"a":1}';
  const head = ["POST /api/agent/v1/enroll HTTP/1.1", "host: x", "content-type: application/json"];
  socket.write(`${head.join("\r\n")}\r\ncontent-length: ${body.length}\r\n\r\n{"a"`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGTERM");
  await said("stopping");
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow();
  socket.write(":1}");
  await once(socket, "close");
  expect(answer).toContain("HTTP/1.1 400");
  const [code] = child.exitCode === null ? await once(child, "exit") : [child.exitCode];
  expect(code).toBe(0);
});

test("a process with the role manage serves no agents and carries no data, but moves releases on", async () => {
  const services = await createTestServices();
  const { said } = launch({ ...settingsOf(services), IFRIT_ROLE: "manage" });
  const { url } = await said("listening");
  const authorization = `Bearer ${cronSecret(services.env.IFRIT_SECRET)}`;
  const status = async (path: string) =>
    (await fetch(url + path, { headers: { authorization } })).status;
  expect(await status("/livez")).toBe(200);
  expect(await status("/api/agent/v1/desired-state")).toBe(404);
  expect(await status("/api/cron/rebuild")).toBe(404);
  expect(await status("/api/cron/advance")).toBe(200);
});

test("a taken port is one clear sentence and an exit code", async () => {
  const services = await createTestServices();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { child, said } = launch({ ...settingsOf(services), PORT: String(port) });
  expect((await said("cannot listen")).msg).toContain("The port is taken. Set PORT to a free one.");
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(1);
  taken.close();
});

test("missing settings are named, and nothing is started", async () => {
  const { child, said } = launch({ IFRIT_SECRET: "short" });
  const { msg } = await said("Settings are wrong");
  for (const name of ["DATABASE_URL", "REDIS_URL", "IFRIT_SECRET"]) expect(msg).toContain(name);
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(1);
});
