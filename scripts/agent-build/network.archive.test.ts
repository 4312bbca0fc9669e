import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { killServers } from "../../lib/testing/launch-server.ts";
import { builtArchives } from "./testing/built-archives.ts";
import { type Front, startForwardProxy, startTlsFront } from "./testing/front-servers.ts";
import { eventually, type InstallMaster, startInstallMaster } from "./testing/install-master.ts";
import { barePath, endBackgrounds, runProgram, startProgram } from "./testing/run-program.ts";

/* What stands between a machine and its master: a proxy, or a certificate authority of the company. */

let master: InstallMaster;
beforeAll(async () => {
  master = await startInstallMaster();
});
afterAll(killServers);

let folder: string;
const fronts: Front[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ifrit-network-"));
});
afterEach(() => {
  endBackgrounds();
  for (const front of fronts.splice(0)) front.close();
  rmSync(folder, { recursive: true, force: true });
});

const bare = { PATH: barePath };
const root = () => join(folder, "root");
const program = () => join(folder, "program/current/ifrit-agent");
const machineId = () => folder.slice(folder.lastIndexOf("/") + 1);

function install(url: string, env: Record<string, string>, words: readonly string[] = []) {
  const script = [join(builtArchives().folder, "agent.sh"), "--master", url, "--no-service"];
  const places = ["--prefix", join(folder, "program"), "--root", root(), "--bin", "none"];
  return runProgram("/bin/sh", [...script, ...places, "--machine-id", machineId(), ...words], {
    env: { ...bare, IFRIT_ENROLLMENT_TOKEN: master.token, ...env },
  });
}

/** Started without any of that in its environment: it has to have been kept. */
async function checkIn(): Promise<void> {
  startProgram(program(), ["guard", "--root", root()], bare);
  const reported = async () => ((await master.machine(machineId()))?.reportSequence ?? 0) > 0;
  await eventually("a report", reported);
}

test("behind a proxy ifrit-agent is downloaded, enrolled and checks in through it, now and after a restart", async () => {
  const proxy = await startForwardProxy("ifrit-master.test", master.port);
  fronts.push(proxy);
  const url = `http://ifrit-master.test:${master.port}`;
  const without = await install(url, {});
  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining("HTTPS_PROXY") });
  // curl takes this one in small letters only.
  const done = await install(url, { http_proxy: `http://127.0.0.1:${proxy.port}` });
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("accepted: machine") });
  expect(statSync(join(root(), "environment")).mode & 0o777).toBe(0o600);
  await checkIn();
  const paths = proxy.asked.map((line) => new URL(line.split(" ")[1]!).pathname);
  expect(paths.some((path) => path.startsWith("/install/agents/linux-"))).toBe(true);
  expect(paths).toContain("/api/agent/v1/enroll");
  expect(paths).toContain("/api/agent/v1/report");
});

test("a certificate authority of the company is kept for ifrit-agent; without it nothing is trusted", async () => {
  const front = await startTlsFront(master.port, folder);
  fronts.push(front);
  const url = `https://localhost:${front.port}`;
  expect((await install(url, {})).code).toBe(1);
  expect(front.asked).toEqual([]);
  const done = await install(url, {}, ["--ca", front.ca]);
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("accepted: machine") });
  expect(readFileSync(join(root(), "environment"), "utf8")).toBe(`DENO_CERT=${root()}/ca.pem\n`);
  await checkIn();
  expect(front.asked).toContain("POST /api/agent/v1/report");
});
