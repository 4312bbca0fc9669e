import assert from "node:assert/strict";
import { readConfig, writeConfig } from "./identity/config.ts";
import { AgentProcess } from "./testing/agent-process.ts";
import { CutNetwork } from "./testing/cut-network.ts";
import { eventually } from "./testing/eventually.ts";
import { FakeMaster, problem } from "./testing/fake-master.ts";
import { makeCertificate } from "./testing/make-certificate.ts";
import { isAlive, sampleOf, stateOf } from "./testing/sample-agent.ts";

/* The rows of the fault matrix between a machine and its master; each test's name carries its number. */

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function statusText(agent: AgentProcess): Promise<string> {
  return (await agent.cli(["status", "--root", agent.root])).stdout;
}

Deno.test("fault 31: while the network drops every packet agents are kept alive, and afterwards the machine catches up", async () => {
  await using network = await CutNetwork.open();
  if (network === null) {
    console.log("    skipped: no network namespace can be made here");
    return;
  }
  await using master = new FakeMaster(0, network.hostAddress);
  await using agent = await AgentProcess.enrolled(master, undefined, [], network.inside);
  master.release(1, await sampleOf("1.0.0"));
  agent.start({}, network.inside);
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"), 30_000);
  await network.cut();
  master.release(2, await sampleOf("2.0.0"));
  const asked = master.requests.length;
  Deno.kill(pid!, "SIGKILL");
  await eventually("it is started again", async () => {
    return !isAlive(pid!) && (await agent.runningVersions("sample")).join() === "1.0.0";
  });
  await pause(5000);
  assert.equal((await agent.runningVersions("sample")).join(), "1.0.0");
  assert.ok(master.requests.length <= asked + 1, "nothing gets through");
  await network.heal();
  await eventually("it catches up", stateOf(master, "running", "2.0.0"), 60_000);
});

const trouble: [string, () => Response][] = [
  ["503 with Retry-After", () => problem("unavailable", 503, { "retry-after": "3" })],
  ["a portal's page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
];
for (const [title, answer] of trouble)
  Deno.test(`fault 32: ${title} in place of every answer changes nothing, and is got over`, async () => {
    await using master = new FakeMaster();
    await using agent = await AgentProcess.enrolled(master);
    master.release(1, await sampleOf("1.0.0"));
    agent.start();
    const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
    master.intercept = () => answer();
    master.release(2, await sampleOf("2.0.0"));
    const from = master.requests.length;
    await pause(3500);
    // Check-ins and reports, of which each waits for as long as it was told, or ever longer.
    const asked = master.requests.length - from;
    assert.ok(asked <= 8, `${asked} requests in 3.5 s`);
    assert.ok(isAlive(pid!));
    master.intercept = () => null;
    await eventually("it goes on", stateOf(master, "running", "2.0.0"), 60_000);
  });

/** A master behind TLS, with a certificate of an authority that ifrit-agent is told of, or not. */
async function behindTls(
  agent: AgentProcess,
  master: FakeMaster,
  certificate: Parameters<typeof makeCertificate>[0],
  isKnown: boolean,
) {
  const { authority, ...pair } = await makeCertificate(certificate);
  const file = `${agent.root}/authority.pem`;
  await Deno.writeTextFile(file, authority);
  const listener = { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...pair };
  const server = Deno.serve(listener, (request) => master.answer(request));
  const url = `https://127.0.0.1:${server.addr.port}`;
  return Object.assign(server, {
    url,
    env: (isKnown ? { DENO_CERT: file } : {}) as Record<string, string>,
  });
}

const certificates: [string, Parameters<typeof makeCertificate>[0], boolean, RegExp][] = [
  ["that nobody vouches for", {}, false, /certificate: UnknownIssuer/],
  ["that has expired", { isExpired: true }, true, /certificate expired/],
  ["for another name", { name: "other.example" }, true, /certificate not valid for name/],
];
for (const [title, certificate, isKnown, says] of certificates)
  Deno.test(`fault 34: a certificate ${title} is not believed, and what runs goes on`, async () => {
    await using master = new FakeMaster();
    await using agent = await AgentProcess.enrolled(master);
    master.release(1, await sampleOf("1.0.0"));
    agent.start();
    const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
    await agent.kill("SIGTERM");
    master.release(2, await sampleOf("2.0.0"));
    const before = master.requests.length;
    await using impostor = await behindTls(agent, master, certificate, isKnown);
    await askAt(agent, impostor.url, impostor.env);
    await eventually("it says why", async () => says.test(await statusText(agent)));
    const { stdout } = await agent.cli(["doctor", "--root", agent.root], impostor.env);
    assert.match(stdout, /✗ master: .*certificate/);
    await pause(1000);
    assert.equal(master.requests.length, before, "nothing was asked over that connection");
    assert.ok(isAlive(pid!));
    await agent.kill("SIGTERM");
    await using right = await behindTls(agent, master, {}, true);
    await askAt(agent, right.url, right.env);
    await eventually("it goes on with a good one", stateOf(master, "running", "2.0.0"), 30_000);
    await agent.kill("SIGTERM");
  });

Deno.test("fault 34: a master whose name leads nowhere leaves the last known state in force", async () => {
  await using master = new FakeMaster();
  await using agent = await AgentProcess.enrolled(master);
  master.release(1, await sampleOf("1.0.0"));
  agent.start();
  const { pid } = await eventually("1.0.0 runs", stateOf(master, "running", "1.0.0"));
  await agent.kill("SIGTERM");
  Deno.kill(pid!, "SIGKILL");
  await askAt(agent, "http://master.invalid:3000");
  await eventually("it is started again", async () => {
    return (await agent.runningVersions("sample")).join() === "1.0.0";
  });
  await eventually("it says why", async () =>
    /Name or service not known|failure in name resolution/.test(await statusText(agent)),
  );
  const { stdout } = await agent.cli(["doctor", "--root", agent.root]);
  assert.match(stdout, /✗ master: .*master\.invalid[\s\S]*→ .*name/);
  await agent.kill("SIGTERM");
  await askAt(agent, master.url);
  master.release(2, await sampleOf("2.0.0"));
  await eventually("it goes on", stateOf(master, "running", "2.0.0"), 30_000);
});

/** Starts ifrit-agent with another address in its configuration. */
async function askAt(
  agent: AgentProcess,
  masterUrl: string,
  env: Record<string, string> = {},
): Promise<void> {
  const config = await readConfig(agent.layout);
  await writeConfig(agent.layout, { ...config!, masterUrl });
  agent.masterUrl = masterUrl;
  agent.start(env);
}
