import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditLog } from "../../drizzle/schema/audit-log.ts";
import { freezes } from "../../drizzle/schema/freezes.ts";
import { changePolicy } from "../change-control/change-policy.ts";
import { freeze } from "../change-control/freeze.ts";
import { hold } from "../change-control/hold.ts";
import { liftFreeze } from "../change-control/lift-freeze.ts";
import { releaseHold } from "../change-control/release-hold.ts";
import { setChangeRules } from "../change-control/set-change-rules.ts";
import { ChangeRules } from "../contract/change-rules.ts";
import { CredentialList } from "../contract/cluster-views.ts";
import { MachineStatusView, MachinesChanged } from "../contract/machine-views.ts";
import { MasterOrderAnswer, MasterStatus } from "../contract/master-api.ts";
import { MasterControlAnswer } from "../contract/master-control.ts";
import { freePort } from "../testing/free-port.ts";
import { killServers, launchServer } from "../testing/launch-server.ts";
import { askMaster } from "./ask-master.ts";
import { changeCluster } from "./change-cluster.ts";
import { checkMaster } from "./check-master.ts";
import { createCredential, revokeCredential, rotateCredential } from "./cluster-credentials.ts";
import {
  changeMachineAtMaster,
  changeMachinesAtMaster,
  countMachinesAtMaster,
} from "./cluster-machines.ts";
import { listClusterViews } from "./cluster-views.ts";
import { createCluster } from "./create-cluster.ts";
import { createMasterCredential } from "./create-master-credential.ts";
import { exchangeWithMasters } from "./exchange-with-masters.ts";
import { listFleetAgents } from "./fleet-agents.ts";
import { fleetMachine } from "./fleet-machine.ts";
import { listFreezeViews } from "./freeze-views.ts";
import { listFleetMachines } from "./list-fleet-machines.ts";
import { overviewOfFleet } from "./overview-of-fleet.ts";
import { findAccess } from "./remote-access.ts";
import { removeCluster } from "./remove-cluster.ts";
import { copyDatabase } from "./testing/copy-database.ts";
import { openTwoDeployments, type TwoDeployments, vera } from "./testing/two-deployments.ts";

let world: TwoDeployments;
beforeEach(async () => {
  world = await openTwoDeployments();
});
afterEach(killServers);

const li = { ...vera, actor: { ...vera.actor, name: "li" } };
const exchange = async () => {
  await world.manage.db.execute("UPDATE remote_masters SET next_attempt_at_ms = 0");
  return (await exchangeWithMasters(world.manage)).b;
};
const ofAll = { clusterId: null, reason: "sale", untilMs: null, allowsRollBack: true } as const;
const access = () => findAccess(world.manage, "b");
const standing = async () =>
  (await listFreezeViews(world.manage)).map(({ reason, origin, notAt }) => ({
    ...{ reason, origin, notAt: notAt.map(({ clusterId, why }) => `${clusterId} ${why}`) },
  }));
const atMasterNow = async () =>
  (await askMaster(await access(), { method: "GET", path: "status", answer: MasterStatus }))
    .control;

test("a freeze of all clusters reaches a master, names it until then, and is lifted there again", async () => {
  await exchange();
  await world.killMaster();
  for (let attempt = 0; attempt < 3; attempt += 1) await exchange();
  const { id } = await freeze(world.manage, vera, ofAll);
  const [view] = await listFreezeViews(world.manage);
  expect(view?.notAt).toMatchObject([{ clusterId: "b", clusterName: "B", why: "notTold" }]);
  expect(view?.notAt[0]?.unreachableSinceMs).toBeGreaterThan(0);
  await world.restartMaster();
  await exchange();
  expect(await standing()).toEqual([{ reason: "sale", origin: "local", notAt: [] }]);
  expect((await atMasterNow()).freezes).toMatchObject([
    { owner: "vera", reason: "sale", origin: "remote", liftedAtMs: null },
  ]);
  await exchange();
  const ordered = eq(auditLog.action, "freeze.ordered");
  expect(await world.master.db.select().from(auditLog).where(ordered)).toHaveLength(1);
  await liftFreeze(world.manage, vera, id);
  await exchange();
  expect((await atMasterNow()).freezes).toMatchObject([{ liftedBy: "vera" }]);
  expect(await standing()).toEqual([]);
}, 120_000);

test("what the master's people freeze is seen at manage, and no remote order lifts it", async () => {
  const { id, orderKey } = await freeze(world.master, li, { ...ofAll, clusterId: "b" });
  await exchange();
  expect(await standing()).toEqual([{ reason: "sale", origin: "master", notAt: [] }]);
  const [copy] = await world.manage.db.select().from(freezes);
  await expect(liftFreeze(world.manage, vera, copy!.id)).rejects.toMatchObject({
    ...{
      code: "conflict",
      message: expect.stringContaining("li ordered this freeze at the master"),
    },
  });
  const [there] = (await atMasterNow()).freezes;
  for (const origin of ["local", "remote"] as const) {
    const lifted = { ...there!, origin, liftedAtMs: Date.now(), liftedBy: "mallory" };
    const json = { nowMs: Date.now(), freezes: [lifted], holds: [], rules: null };
    const call = { method: "PUT", path: "control", answer: MasterControlAnswer, json } as const;
    await expect(askMaster(await access(), call)).rejects.toMatchObject({ code: "conflict" });
  }
  await world.killMaster();
  await world.restartMaster();
  await exchange();
  expect((await atMasterNow()).freezes).toMatchObject([{ key: orderKey, liftedAtMs: null }]);
  await liftFreeze(world.master, li, id);
  await exchange();
  expect(await standing()).toEqual([]);
}, 120_000);

test("a restored master is told again of its own people's freeze, and a restored manage of its own", async () => {
  await exchange();
  const restoreMaster = await copyDatabase(world.master);
  const restoreManage = await copyDatabase(world.manage);
  await freeze(world.master, li, { ...ofAll, clusterId: "b", reason: "theirs" });
  await freeze(world.manage, vera, { ...ofAll, reason: "ours" });
  await exchange();
  await exchange();
  await world.killMaster();
  await restoreMaster();
  await world.restartMaster();
  await exchange();
  const reasons = async () =>
    (await atMasterNow()).freezes.map(({ reason, origin }) => `${reason} ${origin}`).sort();
  expect(await reasons()).toEqual(["ours remote", "theirs local"]);
  await restoreManage();
  expect(await standing()).toEqual([]);
  await exchange();
  const known = (await standing()).map(({ reason, origin }) => `${reason} ${origin}`).sort();
  expect(known).toEqual(["ours local", "theirs master"]);
  // Its own once more, so that it can be lifted.
  const [ours] = await world.manage.db.select().from(freezes).where(eq(freezes.reason, "ours"));
  await liftFreeze(world.manage, vera, ours!.id);
  await exchange();
  const left = (await atMasterNow()).freezes.filter(({ liftedAtMs }) => liftedAtMs === null);
  expect(left.map(({ reason }) => reason)).toEqual(["theirs"]);
}, 120_000);

test("a freeze of manage that the master's people lift is named as not in force there", async () => {
  await freeze(world.manage, vera, ofAll);
  await exchange();
  const [row] = await world.master.db.select().from(freezes);
  await liftFreeze(world.master, li, row!.id);
  await exchange();
  await exchange();
  expect(await standing()).toEqual([{ reason: "sale", origin: "local", notAt: ["b liftedThere"] }]);
}, 120_000);

test("holds by label, and windows and limits, are brought to the master, and ended there", async () => {
  const untilMs = Date.now() + 3_600_000;
  const target = { labels: { team: "search" } };
  const held = await hold(world.manage, vera, { target, agentName: null, reason: "load", untilMs });
  const rules = ChangeRules.parse({
    ...{ changingMax: 7 },
    windows: [{ days: [1, 2], from: "22:00", to: "06:00", timeZone: "Asia/Shanghai" }],
  });
  await setChangeRules(world.manage, vera, "b", rules);
  await exchange();
  expect(await atMasterNow()).toMatchObject({ rules, holds: [{ target, owner: "vera" }] });
  const { freezes: _, ...there } = await changePolicy(world.master, "b");
  expect(there).toEqual(rules);
  await releaseHold(world.manage, vera, held.id);
  await exchange();
  expect((await atMasterNow()).holds).toEqual([]);
}, 120_000);

test("a machine of a remote cluster is held, parked, renewed and revoked at its master, by name and by list", async () => {
  await exchange();
  const [first, second] = world.machines.map(({ machine }) => machine.machineId) as [
    string,
    string,
  ];
  const untilMs = Date.now() + 3_600_000;
  const target = { machineId: first };
  const held = await hold(world.manage, vera, { target, agentName: null, reason: "load", untilMs });
  await exchange();
  expect((await atMasterNow()).holds).toMatchObject([{ target, owner: "vera", origin: "remote" }]);
  await exchange();
  expect((await atMasterNow()).holds).toHaveLength(1);
  await releaseHold(world.manage, vera, held.id);
  await exchange();
  expect((await atMasterNow()).holds).toEqual([]);
  const remark = "odd";
  const parked = await changeMachineAtMaster(world.manage, vera, {
    ...{ machineId: first, verb: "park", remark },
  });
  expect(parked).toMatchObject({
    id: first,
    status: "parked",
    statusReason: { by: "vera", remark },
  });
  expect(await fleetMachine(world.manage, first)).toMatchObject({ status: "parked" });
  const again = { machineId: first, verb: "park", remark } as const;
  await expect(changeMachineAtMaster(world.manage, vera, again)).rejects.toMatchObject({
    code: "conflict",
  });
  const select = { cluster: "b" };
  const revoke = { verb: "revoke", select } as const;
  expect(await countMachinesAtMaster(world.manage, vera, revoke)).toEqual({ count: 3 });
  const order = { ...revoke, count: 2, remark };
  await expect(changeMachinesAtMaster(world.manage, vera, order)).rejects.toMatchObject({
    code: "conflict",
  });
  const all = { ...revoke, count: 3, remark };
  expect(await changeMachinesAtMaster(world.manage, vera, all)).toEqual({ changed: 3 });
  expect(await fleetMachine(world.manage, second)).toMatchObject({ status: "revoked" });
  const rows = await world.master.db
    .select({ action: auditLog.action, actor: auditLog.actor, subjectId: auditLog.subjectId })
    .from(auditLog)
    .where(eq(auditLog.subjectId, first));
  const changes = rows.filter(({ action }) => action === "machine.status-changed");
  expect(changes.map(({ actor }) => actor)).toEqual(["vera", "vera"]);
}, 120_000);

test("who may not change machines of a remote cluster changes none, and a credential is good for its own cluster's only", async () => {
  await exchange();
  const machineId = world.machines[0]!.machine.machineId;
  const viewer = { ...vera, actor: { ...vera.actor, name: "vic", role: "viewer" as const } };
  const park = { machineId, verb: "park", remark: "" } as const;
  await expect(changeMachineAtMaster(world.manage, viewer, park)).rejects.toMatchObject({
    code: "forbidden",
  });
  const target = { machineId };
  const wanted = { target, agentName: null, reason: "load", untilMs: Date.now() + 60_000 };
  await expect(hold(world.manage, viewer, wanted)).rejects.toMatchObject({ code: "forbidden" });
  await createCluster(world.master, li, { id: "c", name: "C" });
  const other = await createMasterCredential(world.master, li, "c");
  const inC = { ...(await access()), clusterId: "c", credential: other.credential };
  const call = {
    method: "POST",
    path: `machines/${machineId}/park`,
    json: { remark: "" },
  } as const;
  await expect(askMaster(inC, { ...call, answer: MachineStatusView })).rejects.toMatchObject({
    code: "not_found",
  });
  const json = { verb: "park", select: { cluster: "b" }, count: 3, remark: "" };
  const many = { method: "POST", path: "machines/change", json, answer: MachinesChanged } as const;
  await expect(askMaster(inC, many)).rejects.toMatchObject({ code: "invalid_request" });
  expect(await fleetMachine(world.manage, machineId)).toMatchObject({ status: "accepted" });
  await world.killMaster();
  await expect(changeMachineAtMaster(world.manage, vera, park)).rejects.toMatchObject({
    code: "unavailable",
  });
  await expect(hold(world.manage, vera, wanted)).rejects.toMatchObject({ code: "unavailable" });
}, 120_000);

test("machines of a remote cluster are listed, found and counted, and a silent master is named", async () => {
  await exchange();
  const list = await listFleetMachines(world.manage, { limit: 2 });
  expect([list.machines.length, list.total, list.unanswered]).toEqual([2, 5, []]);
  const ids = new Set(list.machines.map(({ id }) => id));
  for (let page = list; page.nextId !== null; ) {
    page = await listFleetMachines(world.manage, { limit: 2, afterId: page.nextId });
    for (const { id } of page.machines) ids.add(id);
  }
  expect(ids.size).toBe(5);
  const { id } = (await listFleetMachines(world.manage, { cluster: "b", limit: 9 })).machines[0]!;
  expect(await fleetMachine(world.manage, id)).toMatchObject({ id, clusterId: "b" });
  await expect(fleetMachine(world.manage, "nobody")).rejects.toMatchObject({ code: "not_found" });
  const overview = await overviewOfFleet(world.manage);
  expect([overview.machines.total, overview.unanswered]).toEqual([5, []]);
  expect(overview.clusters[1]).toMatchObject({
    ...{ id: "b", machines: { total: 3 } },
    master: { unreachableSinceMs: null, version: "0.1.0" },
  });
  world.server.child.kill("SIGSTOP");
  const before = Date.now();
  const partial = await listFleetMachines(world.manage, { limit: 9 });
  expect(Date.now() - before).toBeLessThan(6_000);
  expect(partial.total).toBe(2);
  expect(partial.unanswered).toMatchObject([{ clusterId: "b", clusterName: "B" }]);
  await expect(fleetMachine(world.manage, id)).rejects.toMatchObject({ code: "unavailable" });
  for (let attempt = 0; attempt < 3; attempt += 1) await exchange();
  const after = await overviewOfFleet(world.manage);
  expect([after.machines.total, after.unanswered?.[0]?.clusterId]).toEqual([5, "b"]);
  expect((await listFleetAgents(world.manage, {})).unanswered).toHaveLength(1);
  expect((await listClusterViews(world.manage, "b"))[0]?.master?.unreachableSinceMs).toBeTruthy();
  world.server.child.kill("SIGCONT");
  await exchange();
  expect((await listFleetMachines(world.manage, { limit: 9 })).unanswered).toEqual([]);
}, 180_000);

test("credentials are replaced without a gap, revoked, limited to reading, and run out", async () => {
  const before = await access();
  const status = (credential: string) =>
    askMaster({ ...before, credential }, { method: "GET", path: "status", answer: MasterStatus });
  await rotateCredential(world.manage, vera, "b");
  const after = await access();
  expect(after.credential).not.toBe(before.credential);
  await Promise.all([status(before.credential), status(after.credential)]);
  const list = async () =>
    (await askMaster(after, { method: "GET", path: "credentials", answer: CredentialList }))
      .credentials;
  const [fresh, old] = await list();
  expect(fresh).toMatchObject({ isCurrent: true, createdBy: "vera", revokedAtMs: null });
  expect(fresh?.lastUsedAtMs).toBeGreaterThan(0);
  expect(old?.expiresAtMs).toBeLessThan(Date.now() + 61_000);
  await expect(revokeCredential(world.manage, vera, "b", fresh!.id)).rejects.toMatchObject({
    code: "conflict",
  });
  await revokeCredential(world.manage, vera, "b", old!.id);
  await expect(status(before.credential)).rejects.toMatchObject({ why: "credential" });
  const reading = await createCredential(world.manage, vera, "b", {
    ...{ label: "report", scope: "read", ttlSeconds: 60 },
  });
  expect((await status(reading.credential)).scope).toBe("read");
  const order = { method: "PUT", path: "releases/1", answer: MasterOrderAnswer, json: {} } as const;
  const reader = { ...before, credential: reading.credential };
  await expect(askMaster(reader, order)).rejects.toMatchObject({ code: "forbidden" });
  await world.master.db.execute(
    "UPDATE master_credentials SET expires_at_ms = 1 WHERE scope = 'read'",
  );
  await expect(status(reading.credential)).rejects.toMatchObject({ why: "credential" });
  const viewer = { ...vera, actor: { ...vera.actor, role: "operator" as const } };
  await expect(rotateCredential(world.manage, viewer, "b")).rejects.toMatchObject({
    code: "forbidden",
  });
}, 120_000);

test("a credential revoked in the middle makes the master silent, with the reason, until there is a new one", async () => {
  await exchange();
  await world.master.db.execute("UPDATE master_credentials SET revoked_at_ms = 1");
  for (let attempt = 0; attempt < 3; attempt += 1)
    expect(await exchange()).toContain("answers 401: The master credential");
  const { credential } = await createMasterCredential(world.master, li, "b");
  await expect(
    changeCluster(world.manage, vera, "b", { credential: "ifm1_not-the-right-one" }),
  ).rejects.toMatchObject({ issues: [{ path: "credential", message: "credential" }] });
  await changeCluster(world.manage, vera, "b", { credential });
  expect(await exchange()).toBe("answered");
}, 120_000);

test("checkMaster() says what is wrong: nobody there, no ifrit, role, redirect, TLS, credential", async () => {
  const check = async (masterUrl: string, credential = world.credential) =>
    (await checkMaster(world.manage, vera, { id: "b", masterUrl, credential })).problem?.code ??
    null;
  expect(await check(world.server.url)).toBe(null);
  expect(await check(world.server.url, "ifm1_not-the-right-one")).toBe("credential");
  expect(await check(`http://127.0.0.1:${await freePort()}`)).toBe("refused");
  expect(await check("http://no-such-host.invalid")).toBe("dns");
  expect(await check(world.server.url.replace("http", "https"))).toBe("tls");
  const all = await launchServer(world.manage, { IFRIT_ROLE: "all" });
  expect(await check(all.url)).toBe("role");
  const raw = async (answer: string) => {
    const server = createServer((socket) => socket.end(answer)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const found = await check(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.close();
    return found;
  };
  expect(await raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")).toBe("notIfrit");
  expect(
    await raw("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"),
  ).toBe("redirect");
}, 120_000);

test("a deployment that is nothing but a master serves no console, and none but one takes orders", async () => {
  const ask = async (url: string) => (await fetch(url)).status;
  for (const path of ["/", "/sign-in", "/api/v1/clusters", "/api/auth/session"])
    expect(await ask(world.server.url + path)).toBe(404);
  const all = await launchServer(world.manage, { IFRIT_ROLE: "all" });
  const answer = await fetch(`${all.url}/api/master/v1/clusters/a/status`, {
    headers: { authorization: `Bearer ${world.credential}` },
  });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ issues: [{ path: "role", message: "all" }] });
}, 120_000);

test("only administrators say where a master is; a cluster with machines stays, an empty one goes", async () => {
  const actor = {
    ...{ kind: "user" as const, name: "op", userId: 2, role: "operator" as const },
    grants: [{ permissions: ["clusters.write"], clusters: ["*"], agents: ["*"] }],
  };
  const remote = { id: "c", name: "C", masterUrl: world.server.url, credential: world.credential };
  await expect(createCluster(world.manage, { ...vera, actor }, remote)).rejects.toMatchObject({
    code: "forbidden",
  });
  for (const masterUrl of ["ftp://m/", "http://u:p@m/", "http://m/?q", "file:///etc/passwd"])
    await expect(createCluster(world.manage, vera, { ...remote, masterUrl })).rejects.toMatchObject(
      { name: "ZodError" },
    );
  await createCluster(world.manage, vera, { id: "empty", name: "Empty" });
  const remove = (id: string, confirm: string) => removeCluster(world.manage, vera, id, confirm);
  await expect(remove("empty", "wrong")).rejects.toMatchObject({ code: "invalid_request" });
  await remove("empty", "Empty");
  for (const [id, name] of [
    ["a", "A"],
    ["b", "B"],
  ] as const)
    await expect(remove(id, name)).rejects.toMatchObject({ code: "conflict" });
}, 120_000);
