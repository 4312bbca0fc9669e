import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { eq } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import { freeze } from "../change-control/freeze.ts";
import { refreshChangeControl } from "../change-control/refresh-change-control.ts";
import { setChangeRules } from "../change-control/set-change-rules.ts";
import { CreateFreezeRequest } from "../contract/change-control.ts";
import { ChangeRules } from "../contract/change-rules.ts";
import { EnrollResponse, TokenResponse, TrustRootsResponse } from "../contract/enroll.ts";
import { agentPaths, header } from "../contract/headers.ts";
import { verifyAnchor, verifyDirector } from "../contract/verify-director.ts";
import { sha256Hex } from "../contract/verify-encoding.ts";
import { firstFloors } from "../contract/verify-floors.ts";
import { openRoot } from "../contract/verify-root-chain.ts";
import { slotOf } from "../desired-state/slot.ts";
import { createEnrollmentToken } from "../machines/create-enrollment-token.ts";
import { packagePath } from "../packages/package-store.ts";
import { systemContext } from "../platform/request-context.ts";
import { serveDevelopmentTrust } from "../signing/serve-development-trust.ts";
import { createCluster } from "../testing/create-cluster.ts";
import { createDesiredEntry } from "../testing/create-desired-entry.ts";
import { createPackage } from "../testing/create-package.ts";
import {
  agentState,
  enrollRequest,
  reportRequest,
  type SampleMachine,
  sampleMachine,
  tokenRequest,
} from "../testing/sample-machine.ts";
import { createTestServices } from "../testing/test-services.ts";
import { flushCluster } from "./flush-cluster.ts";
import { handleRequest } from "./handle-request.ts";
import { refreshCluster } from "./refresh-cluster.ts";
import { serveAgentRequest } from "./serve-web.ts";
import { startMaster } from "./start-master.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** A master on real stores, and the two ways into it: our server, and route handlers. */
async function openWire({ signs = false } = {}) {
  const services = await createTestServices();
  if (signs) await serveDevelopmentTrust(services.env, Date.now());
  const cluster = await createCluster(services);
  const { master, stop } = await startMaster(services);
  cleanUps.push(stop);
  const context = { services, master, app: null, connections: () => 0 };
  const server = createServer((req, res) => handleRequest(context, req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ways: Record<"server" | "route handler", Call> = {
    server: (path, init) => fetch(base + path, init),
    "route handler": (path, init) => serveAgentRequest(master, new Request(base + path, init)),
  };
  const ctx = systemContext("test", "test");
  const enrollment = { clusterId: cluster.id, label: "test", uses: 10, ttlSeconds: 600 };
  const { token } = await createEnrollmentToken(services, ctx, enrollment);
  return { services, cluster, master, ways, enrollmentToken: token };
}

function post(call: Call, path: string, body: unknown, token?: string): Promise<Response> {
  const authorization = token ? { authorization: `Bearer ${token}` } : undefined;
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify(body),
  });
}

async function enroll(call: Call, machine: SampleMachine, enrollmentToken: string, counter = 1) {
  const enrolled = await post(call, agentPaths.enroll, enrollRequest(machine, enrollmentToken));
  const { clusterId } = (await enrolled.json()) as { clusterId: string };
  const issued = await post(call, agentPaths.token, tokenRequest(machine, clusterId, counter));
  const { token } = (await issued.json()) as { token: string };
  return token;
}

test("a machine enrolls, gets a token, learns what it should run and reports what it runs", async () => {
  const { services, cluster, master, ways, enrollmentToken } = await openWire();
  const pkg = await createPackage(services, { agentName: "log-agent", version: "1.0.0" });
  await createDesiredEntry(services, {
    ...{ clusterId: cluster.id, releaseId: 1, agentName: "log-agent", version: "1.0.0" },
  });
  await refreshCluster(master, cluster.id);
  const machine = sampleMachine();
  const token = await enroll(ways.server, machine, enrollmentToken);

  const authorization = `Bearer ${token}`;
  const desired = await ways.server(agentPaths.desiredState, { headers: { authorization } });
  expect(desired.status).toBe(200);
  expect(await desired.json()).toMatchObject({
    clusterId: cluster.id,
    agents: [{ name: "log-agent", packages: { "linux-x64": { sha256: pkg.sha256, size: 1000 } } }],
  });
  const etag = desired.headers.get("etag") as string;
  const again = await ways.server(agentPaths.desiredState, {
    headers: { authorization, "if-none-match": etag, [header.appliedEtag]: etag },
  });
  expect(again.status).toBe(304);
  expect(again.headers.get(header.nextPollSeconds)).toBe("60");

  const report = reportRequest(1, [agentState()]);
  expect((await post(ways.server, agentPaths.report, report, token)).status).toBe(202);
  await flushCluster(master, cluster.id);
  const [row] = await services.db.select().from(machines).where(eq(machines.id, machine.machineId));
  expect(row).toMatchObject({ stateDigest: report.stateDigest, reportSequence: 1 });
  expect(await services.db.select().from(machineAgentStates)).toMatchObject([
    { machineId: machine.machineId, agentName: "log-agent", phase: "running", version: "1.0.0" },
  ]);
  const audited = await services.db
    .select()
    .from(auditLog)
    .where(eq(auditLog.action, "machine.enrolled"));
  expect(audited).toMatchObject([{ actorKind: "machine", actor: machine.machineId }]);
});

test("server and route handlers answer every call alike", async () => {
  const { services, master, cluster, ways, enrollmentToken } = await openWire();
  const pkg = await createPackage(services, { agentName: "log-agent", version: "1.0.0" });
  const path = packagePath(services.env.IFRIT_DATA_DIR, pkg.sha256);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, Buffer.alloc(1000, "x"));
  await refreshCluster(master, cluster.id);
  const token = await enroll(ways.server, sampleMachine(), enrollmentToken);
  const authorization = `Bearer ${token}`;
  const archive = agentPaths.packages + pkg.sha256;
  const etag = `"${pkg.sha256}"`;
  const big = "x".repeat(2 * 1024 * 1024);
  const json = { "content-type": "application/json" };
  const calls: Record<string, [string, RequestInit]> = {
    "desired state": [agentPaths.desiredState, { headers: { authorization } }],
    "no token": [agentPaths.desiredState, {}],
    "bad token": [agentPaths.desiredState, { headers: { authorization: `${authorization}x` } }],
    "wrong method": [agentPaths.desiredState, { method: "POST", headers: json, body: "{}" }],
    "unknown call": ["/api/agent/v1/nothing", {}],
    "not json": [agentPaths.enroll, { method: "POST", body: "hello" }],
    "broken json": [agentPaths.enroll, { method: "POST", headers: json, body: "{" }],
    "bad enrollment": [agentPaths.enroll, { method: "POST", headers: json, body: '{"a":1}' }],
    "too large": [
      agentPaths.report,
      { method: "POST", headers: { ...json, authorization }, body: big },
    ],
    archive: [archive, { headers: { authorization } }],
    "archive without token": [archive, {}],
    range: [archive, { headers: { authorization, range: "bytes=10-19" } }],
    "rest of it": [archive, { headers: { authorization, range: "bytes=990-", "if-range": etag } }],
    "range of other bytes": [
      archive,
      { headers: { authorization, range: "bytes=10-19", "if-range": '"x"' } },
    ],
    "past the end": [archive, { headers: { authorization, range: "bytes=1000-" } }],
    "statement of a master that signs nothing": [
      agentPaths.statement,
      { headers: { authorization } },
    ],
    "statement without token": [agentPaths.statement, {}],
    roots: [agentPaths.roots, {}],
    "roots after nonsense": [`${agentPaths.roots}?after=x`, {}],
    signature: [`${archive}/signature`, { headers: { authorization } }],
    "signature without token": [`${archive}/signature`, {}],
    "unknown archive": [`${agentPaths.packages}${"0".repeat(64)}`, { headers: { authorization } }],
    "path escape": [`${agentPaths.packages}..%2f..%2fetc`, { headers: { authorization } }],
  };
  const statuses: Record<string, number> = {};
  for (const [name, [url, init]] of Object.entries(calls)) {
    const [one, other] = await Promise.all([
      ways.server(url, init),
      ways["route handler"](url, init),
    ]);
    expect(await describeAnswer(one), name).toEqual(await describeAnswer(other));
    statuses[name] = one.status;
  }
  expect(statuses).toEqual({
    ...{ "desired state": 200, "no token": 401, "bad token": 401, "wrong method": 405 },
    ...{ "unknown call": 404, "not json": 415, "broken json": 400, "bad enrollment": 400 },
    ...{ "too large": 413, archive: 200, "archive without token": 401, range: 206 },
    ...{ "rest of it": 206, "range of other bytes": 200, "past the end": 416 },
    ...{ "unknown archive": 404, "path escape": 404 },
    ...{ "statement of a master that signs nothing": 404, "statement without token": 401 },
    ...{ roots: 200, "roots after nonsense": 400 },
    ...{ signature: 404, "signature without token": 401 },
  });
});

test("a machine that was enrolled with the root can verify each word of its master", async () => {
  const { services, cluster, master, ways, enrollmentToken } = await openWire({ signs: true });
  await createPackage(services, { agentName: "log-agent", version: "1.0.0" });
  await createDesiredEntry(services, {
    ...{ clusterId: cluster.id, releaseId: 1, agentName: "log-agent", version: "1.0.0" },
  });
  await refreshCluster(master, cluster.id);
  const sample = sampleMachine();
  const enrolled = await post(
    ways.server,
    agentPaths.enroll,
    enrollRequest(sample, enrollmentToken),
  );
  const root = await openRoot(EnrollResponse.parse(await enrolled.json()).root!);
  const asked = tokenRequest(sample, cluster.id, 7);
  const issued = TokenResponse.parse(
    await (await post(ways.server, agentPaths.token, asked)).json(),
  );
  const machine = {
    ...{ clusterId: cluster.id, machineId: sample.machineId },
    ...({ machineType: "LINUX", slot: slotOf(sample.machineId) } as const),
  };
  const { director } = firstFloors(root, cluster.id);
  const anchor = await verifyAnchor(root, issued.anchor!, { ...machine, counter: 7 }, director, 0);
  expect(anchor.statement.slot).toBe(slotOf(sample.machineId));
  const clock = { monotonicMs: 0, wallMs: 0, time: anchor.time };
  for (const call of Object.values(ways)) {
    const headers = { authorization: `Bearer ${issued.token}` };
    const desired = await call(agentPaths.desiredState, { headers });
    const bytes = new Uint8Array(await desired.arrayBuffer());
    expect(desired.headers.get(header.root)).toBe("1");
    const said = await call(agentPaths.statement, { headers });
    expect(said.headers.get("etag")).toBe(desired.headers.get("etag"));
    const answer = {
      document: await said.text(),
      freshness: desired.headers.get(header.freshness)!,
      documentSha256: await sha256Hex(bytes),
    };
    expect(said.headers.get(header.freshness)).toBe(answer.freshness);
    const verdict = await verifyDirector(root, answer, machine, anchor.floor, clock);
    expect(verdict.freshness.sequence).toBe(anchor.statement.freshnessSequence);
    const offered = await call(`${agentPaths.roots}?after=0`);
    expect(TrustRootsResponse.parse(await offered.json()).roots).toEqual([root.text]);
    const newer = await call(`${agentPaths.roots}?after=1`);
    expect(await newer.json()).toEqual({ roots: [] });
  }
});

test("server and route handlers refuse a change alike", async () => {
  const { services, cluster, master, ways, enrollmentToken } = await openWire();
  const token = await enroll(ways.server, sampleMachine(), enrollmentToken);
  const rules = ChangeRules.parse({ changingMax: 1, secondsBetweenChanges: 60 });
  await setChangeRules(services, systemContext("test", "test"), cluster.id, rules);
  const order = { clusterId: cluster.id, reason: "大促" };
  await freeze(services, systemContext("test", "test"), CreateFreezeRequest.parse(order));
  await createDesiredEntry(services, {
    ...{ clusterId: cluster.id, releaseId: 1, agentName: "log-agent", version: "1.0.0" },
  });
  await refreshCluster(master, cluster.id);
  await refreshChangeControl(services, master.changeControl, master.localClusters);
  const headers = { authorization: `Bearer ${token}` };
  const answers = [];
  for (const call of Object.values(ways))
    answers.push(await describeAnswer(await call(agentPaths.desiredState, { headers })));
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.headers.at(-2)).toMatch(/^ifrit-change: blocked; freeze; .*reason=%E5%A4%A7/);
});

const headersOfTheWire = ["content-type", "etag", "content-range", "accept-ranges", "retry-after"];

async function describeAnswer(response: Response) {
  const headers = [...headersOfTheWire, header.nextPollSeconds, "cache-control"];
  headers.push(header.freshness, header.root, header.change, header.blockedAgents);
  return {
    status: response.status,
    headers: headers.map((name) => `${name}: ${response.headers.get(name)}`),
    body: (await response.text()).replace(/"requestId":"[^"]*"/, ""),
  };
}
