import { writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { machineAgentStates } from "../../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../../drizzle/schema/machines.ts";
import { changeUser } from "../../access/change-user.ts";
import { createApiToken } from "../../access/create-api-token.ts";
import { createUser } from "../../access/create-user.ts";
import { endSession, endSessions } from "../../access/end-session.ts";
import { linkIdentity } from "../../access/link-identity.ts";
import { revokeApiToken } from "../../access/revoke-api-token.ts";
import { setPassword } from "../../access/set-password.ts";
import { signIn } from "../../access/sign-in.ts";
import { signInByOidc } from "../../access/sign-in-by-oidc.ts";
import { decideRelease } from "../../approvals/decide-release.ts";
import { expireApprovals } from "../../approvals/expire-approvals.ts";
import { absorbControl } from "../../change-control/absorb-control.ts";
import { applyControlOrder } from "../../change-control/apply-control-order.ts";
import { freeze } from "../../change-control/freeze.ts";
import { hold } from "../../change-control/hold.ts";
import { liftFreeze } from "../../change-control/lift-freeze.ts";
import { releaseHold } from "../../change-control/release-hold.ts";
import { setChangeRules } from "../../change-control/set-change-rules.ts";
import { changeCluster } from "../../clusters/change-cluster.ts";
import { createCluster } from "../../clusters/create-cluster.ts";
import { createMasterCredential } from "../../clusters/create-master-credential.ts";
import { removeCluster } from "../../clusters/remove-cluster.ts";
import { revokeMasterCredential } from "../../clusters/revoke-master-credential.ts";
import { ChangeRules } from "../../contract/change-rules.ts";
import { MarkKnownBadRequest } from "../../contract/known-bad.ts";
import { ReleasePlan } from "../../contract/release-plan.ts";
import { liftKnownBad } from "../../known-bad/lift-known-bad.ts";
import { listKnownBad } from "../../known-bad/list-known-bad.ts";
import { markKnownBad } from "../../known-bad/mark-known-bad.ts";
import { changeMachine } from "../../machines/change-machine.ts";
import { changeMachines } from "../../machines/change-machines.ts";
import { createEnrollmentToken } from "../../machines/create-enrollment-token.ts";
import { enrollMachine } from "../../machines/enroll-machine.ts";
import { listEnrollmentTokens } from "../../machines/list-enrollment-tokens.ts";
import { noteCounterWentBack } from "../../machines/note-counter-went-back.ts";
import { parkAsClone } from "../../machines/park-as-clone.ts";
import { revokeEnrollmentToken } from "../../machines/revoke-enrollment-token.ts";
import { deletePackage } from "../../packages/delete-package.ts";
import { uploadPackage } from "../../packages/upload-package.ts";
import type { RequestContext } from "../../platform/request-context.ts";
import type { Services } from "../../platform/services.ts";
import { advanceReleases } from "../../releases/advance-releases.ts";
import { applyReleaseOrder } from "../../releases/apply-release-order.ts";
import { createRelease } from "../../releases/create-release.ts";
import { factsLimits } from "../../releases/engine/facts.ts";
import { orderRelease } from "../../releases/order-release.ts";
import { buildArchive } from "../../testing/build-archive.ts";
import { createMachine } from "../../testing/create-machine.ts";
import { createPackage } from "../../testing/create-package.ts";
import { enrollRequest, sampleMachine } from "../../testing/sample-machine.ts";
import { unique } from "../../testing/unique.ts";

/*
 * Every verb that writes, each with what has to be there before it. `prepare` makes a new subject each
 * time, so that a verb can be run again and again.
 */

export type WriteVerb = {
  /** The files with its transaction. */
  in: string[];
  prepare: (services: Services) => Promise<(gated: Services) => Promise<unknown>>;
};

export const password = "a good long password";

/** Whoever may everything. */
export const ada = (userId = 1, name = "ada"): RequestContext => ({
  ...{ requestId: "request", source: "test" },
  actor: { kind: "user", name, userId, role: "administrator" },
});
const ctx = ada();
const oidcIssuer = "https://id.example.com";
const noRules = ChangeRules.parse({});

async function cluster(services: Services, id = `c-${unique()}`): Promise<string> {
  await createCluster(services, ctx, { id, name: id, masterUrl: null });
  return id;
}

async function user(services: Services): Promise<{ id: number; username: string }> {
  return createUser(services, ctx, { username: `u${unique()}`, role: "viewer", password });
}

async function planFor(services: Services, version: string | null = "1.0.0"): Promise<ReleasePlan> {
  const clusterId = await cluster(services);
  await createMachine(services, clusterId);
  const { agentName } = await createPackage(services);
  const clusters = [{ clusterId, stages: [{ kind: "full", gate: {} }] }];
  return ReleasePlan.parse({ agentName, version, machineTypes: ["LINUX"], clusters });
}

/** The machines of the plan's cluster run what was released, and have just said so. */
async function runReleased(services: Services, plan: ReleasePlan, releaseId: number) {
  const { agentName, version } = plan;
  const { clusterId } = plan.clusters[0]!;
  const nowMs = services.now();
  const ofCluster = eq(machines.clusterId, clusterId);
  await services.db.update(machines).set({ lastSeenAtMs: nowMs }).where(ofCluster);
  const rows = await services.db.select().from(machines).where(ofCluster);
  await services.db.insert(machineAgentStates).values(
    rows.map(({ id, type, slot }) => ({
      ...{ machineId: id, clusterId, agentName, machineType: type, slot, version, releaseId },
      ...{ phase: "running" as const, reportedAtMs: nowMs, changedAtMs: nowMs },
    })),
  );
}

/** A release of somebody else that waits for approval. */
async function waiting(services: Services): Promise<number> {
  writeFileSync(
    services.env.IFRIT_CONFIG,
    "approval: { uninstalls: true, expiresHours: 0.000001 }",
  );
  const plan = await planFor(services, null);
  return (await createRelease(services, ada(2, "bob"), { plan })).id;
}

const inAnHour = (services: Services) => services.now() + 3_600_000;

async function frozen(services: Services): Promise<number> {
  const clusterId = await cluster(services);
  const request = { clusterId, reason: "test", untilMs: null, allowsRollBack: true };
  return (await freeze(services, ctx, request)).id;
}

async function held(services: Services) {
  const clusterId = await cluster(services);
  const { id: machineId } = await createMachine(services, clusterId);
  const untilMs = inAnHour(services);
  return { target: { machineId }, agentName: null, reason: "test", untilMs };
}

async function enrollment(services: Services) {
  const clusterId = await cluster(services);
  const asked = { clusterId, label: "test", uses: 5, ttlSeconds: 600 };
  return { clusterId, ...(await createEnrollmentToken(services, ctx, asked)) };
}

const controlFreeze = (services: Services, origin: "local" | "remote") => ({
  ...{ key: `00000000-0000-4000-8000-${unique().padStart(12, "0").slice(-12)}`, origin },
  ...{ owner: "ada", reason: "test", untilMs: null, allowsRollBack: true },
  ...{ sinceMs: services.now(), liftedAtMs: null, liftedBy: "" },
});

export const writeVerbs: Record<string, WriteVerb> = {
  "a user is made": {
    in: ["access/create-user"],
    prepare: async () => (on) => user(on),
  },
  "a user is changed": {
    in: ["access/change-user"],
    prepare: async (services) => {
      const { username } = await user(services);
      return (on) => changeUser(on, ctx, username, { role: "operator", disabled: true });
    },
  },
  "a password is set": {
    in: ["access/set-password"],
    prepare: async (services) => {
      const { username } = await user(services);
      return (on) => setPassword(on, ctx, { username, password: `${password}!` });
    },
  },
  "somebody signs in": {
    in: ["access/sign-in"],
    prepare: async (services) => {
      const { username } = await user(services);
      return (on) => signIn(on, { username, password, address: unique(), requestId: "r" });
    },
  },
  "somebody signs in by the provider": {
    in: ["access/sign-in-by-oidc"],
    prepare: async () => {
      const name = `p${unique()}`;
      const claims = { iss: oidcIssuer, sub: name, preferred_username: name, groups: ["sre"] };
      return async (on) => {
        const outcome = await signInByOidc(on, { claims, address: "x", requestId: "r" });
        if (typeof outcome === "string") throw new Error(outcome);
      };
    },
  },
  "an identity is linked": {
    in: ["access/link-identity"],
    prepare: async (services) => {
      const { username } = await user(services);
      return (on) => linkIdentity(on, ctx, { username, subject: unique() });
    },
  },
  "somebody signs out": {
    in: ["access/end-session"],
    prepare: async () => (on) => endSession(on, ctx, unique()),
  },
  "somebody is signed out everywhere": {
    in: ["access/end-session"],
    prepare: async (services) => {
      const { username } = await user(services);
      return (on) => endSessions(on, ctx, username);
    },
  },
  "an API token is made": {
    in: ["access/create-api-token"],
    prepare: async () => (on) =>
      createApiToken(on, ctx, {
        ...{ label: "ci", permissions: ["read"], ttlSeconds: 600 },
        ...{ clusters: ["*"], agents: ["*"] },
      }),
  },
  "an API token is revoked": {
    in: ["access/revoke-api-token"],
    prepare: async (services) => {
      const scope = { clusters: ["*"], agents: ["*"], permissions: ["read" as const] };
      const { id: userId } = await user(services);
      const made = { label: "ci", ttlSeconds: 600, ...scope };
      const { id } = await createApiToken(services, ada(userId), made);
      return (on) => revokeApiToken(on, ctx, id);
    },
  },
  "an enrollment token is made": {
    in: ["machines/create-enrollment-token"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      const asked = { clusterId, label: "test", uses: 5, ttlSeconds: 600 };
      return (on) => createEnrollmentToken(on, ctx, asked);
    },
  },
  "an enrollment token is revoked": {
    in: ["machines/revoke-enrollment-token"],
    prepare: async (services) => {
      const { clusterId } = await enrollment(services);
      const [token] = await listEnrollmentTokens(services, ctx, clusterId);
      return (on) => revokeEnrollmentToken(on, ctx, { clusterId, tokenId: token!.id });
    },
  },
  "a machine enrolls": {
    in: ["machines/admit-machines"],
    prepare: async (services) => {
      const { token } = await enrollment(services);
      return (on) => enrollMachine(on, enrollRequest(sampleMachine(), token), "10.0.0.1");
    },
  },
  "a machine is renewed and enrolls anew": {
    in: ["machines/renew-machine"],
    prepare: async (services) => {
      const { token, clusterId } = await enrollment(services);
      const machine = sampleMachine();
      await createMachine(services, clusterId, { id: machine.machineId, publicKey: "" });
      return (on) => enrollMachine(on, enrollRequest(machine, token), "10.0.0.1");
    },
  },
  "a machine is revoked": {
    in: ["machines/change-machine"],
    prepare: async (services) => {
      const { id: machineId } = await createMachine(services, await cluster(services));
      return (on) => changeMachine(on, ctx, { machineId, verb: "revoke", remark: "gone" });
    },
  },
  "many machines are accepted": {
    in: ["machines/change-machines"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      for (let count = 0; count < 3; count += 1)
        await createMachine(services, clusterId, { status: "pending" });
      const select = { cluster: clusterId };
      return (on) => changeMachines(on, ctx, { verb: "accept", select, count: 3, remark: "" });
    },
  },
  "a machine's counter goes back": {
    in: ["machines/note-counter-went-back"],
    prepare: async (services) => {
      const machine = await createMachine(services, await cluster(services));
      return (on) => noteCounterWentBack(on, machine, 3);
    },
  },
  "a clone is parked": {
    in: ["machines/park-as-clone"],
    prepare: async (services) => {
      const { id } = await createMachine(services, await cluster(services));
      const [machine] = await services.db.select().from(machines).where(eq(machines.id, id));
      return (on) => parkAsClone(on, machine!, "two copies");
    },
  },
  "a package is uploaded": {
    in: ["packages/upload-package"],
    prepare: async () => {
      const bytes = await buildArchive(`agent-${unique()}`, "1.0.0");
      return (on) =>
        uploadPackage(on, ctx, { body: Readable.from([bytes]), expectedSha256: undefined });
    },
  },
  "a package is deleted": {
    in: ["packages/delete-package"],
    prepare: async (services) => {
      const { id } = await createPackage(services);
      return (on) => deletePackage(on, ctx, id);
    },
  },
  "a release is made": {
    in: ["releases/create-release"],
    prepare: async (services) => {
      const plan = await planFor(services);
      return (on) => createRelease(on, ctx, { plan });
    },
  },
  "a release is paused": {
    in: ["releases/order-release"],
    prepare: async (services) => {
      const { id } = await createRelease(services, ctx, { plan: await planFor(services) });
      return (on) => orderRelease(on, ctx, { releaseId: id, verb: "pause" });
    },
  },
  "a release is rolled back": {
    in: ["releases/order-release"],
    prepare: async (services) => {
      const { id } = await createRelease(services, ctx, { plan: await planFor(services) });
      return (on) => orderRelease(on, ctx, { releaseId: id, verb: "rollBack" });
    },
  },
  "a stage of a release passes": {
    in: ["releases/advance-releases"],
    prepare: async (services) => {
      // Only this release is to move, and the lease of who was killed is nobody's.
      await services.pool.query("UPDATE releases SET state = 'aborted' WHERE state = 'running'");
      await services.pool.query("DELETE FROM leases");
      const plan = await planFor(services);
      const { id } = await createRelease(services, ctx, { plan });
      await sleep(2 * factsLimits.aheadMaxMs);
      await runReleased(services, plan, id);
      return async (on) => {
        const outcome = (await advanceReleases(on, unique()))[id];
        if (!outcome?.includes("passStage")) throw new Error(outcome);
      };
    },
  },
  "a release is approved": {
    in: ["approvals/decide-release"],
    prepare: async (services) => {
      const releaseId = await waiting(services);
      await services.pool.query("UPDATE release_approvals SET expires_at_ms = 4000000000000");
      return (on) => decideRelease(on, ctx, { releaseId, decision: "approve", remark: "good" });
    },
  },
  "an approval expires": {
    in: ["approvals/expire-approvals"],
    prepare: async (services) => {
      await waiting(services);
      return (on) => expireApprovals(on);
    },
  },
  "a release of another deployment is applied": {
    in: ["releases/apply-release-order"],
    prepare: async (services) => {
      const plan = await planFor(services, null);
      const { clusterId } = plan.clusters[0]!;
      const nowMs = services.now();
      const release = {
        ...{ id: 1_000_000 + Math.floor(Math.random() * 1e9), plan, state: "running" as const },
        ...{ stateReason: null, timestampMs: nowMs, note: "", createdBy: "vera" },
        ...{ createdAtMs: nowMs, finishedAtMs: null },
        cluster: {
          ...{ clusterId, state: "full" as const, stageIndex: 0, stageOpenedAtMs: [nowMs] },
          ...{ convergedAtMs: null, verifiedBy: null },
        },
      };
      const order = { revision: 1, packages: [], release };
      return (on) => applyReleaseOrder(on, ctx, clusterId, order);
    },
  },
  "a cluster is made": {
    in: ["clusters/create-cluster"],
    prepare: async () => (on) => cluster(on),
  },
  "a cluster is changed": {
    in: ["clusters/change-cluster"],
    prepare: async (services) => {
      const id = await cluster(services);
      return (on) => changeCluster(on, ctx, id, { name: "another" });
    },
  },
  "a cluster is removed": {
    in: ["clusters/remove-cluster"],
    prepare: async (services) => {
      const id = await cluster(services);
      return (on) => removeCluster(on, ctx, id, id);
    },
  },
  "a master's credential is made": {
    in: ["clusters/create-master-credential"],
    prepare: async (services) => {
      const id = await cluster(services);
      return (on) => createMasterCredential(on, ctx, id);
    },
  },
  "a master's credential is revoked": {
    in: ["clusters/revoke-master-credential"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      const { id } = await createMasterCredential(services, ctx, clusterId);
      return (on) => revokeMasterCredential(on, ctx, clusterId, id);
    },
  },
  "a cluster is frozen": {
    in: ["change-control/freeze"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      const request = { clusterId, reason: "test", untilMs: null, allowsRollBack: true };
      return (on) => freeze(on, ctx, request);
    },
  },
  "a freeze is lifted": {
    in: ["change-control/lift-freeze"],
    prepare: async (services) => {
      const id = await frozen(services);
      return (on) => liftFreeze(on, ctx, id);
    },
  },
  "a machine is held": {
    in: ["change-control/hold"],
    prepare: async (services) => {
      const request = await held(services);
      return (on) => hold(on, ctx, request);
    },
  },
  "a hold is released": {
    in: ["change-control/release-hold"],
    prepare: async (services) => {
      const { id } = await hold(services, ctx, await held(services));
      return (on) => releaseHold(on, ctx, id);
    },
  },
  "change rules are set": {
    in: ["change-control/set-change-rules"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      return (on) => setChangeRules(on, ctx, clusterId, { ...noRules, changingMax: 7 } as never);
    },
  },
  "another deployment's freeze is obeyed": {
    in: ["change-control/apply-control-order"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      const order = { nowMs: services.now(), freezes: [controlFreeze(services, "remote")] };
      const told = { ...order, holds: [], knownBad: [], rules: null };
      return (on) => applyControlOrder(on, ctx, clusterId, told as never);
    },
  },
  "a master's own freeze is taken over": {
    in: ["change-control/absorb-control"],
    prepare: async (services) => {
      const clusterId = await cluster(services);
      const freezes = [controlFreeze(services, "local")];
      const control = { freezes, holds: [], knownBad: [], rules: noRules };
      return (on) => absorbControl(on, clusterId, control as never);
    },
  },
  "a version is marked as bad": {
    in: ["known-bad/mark-known-bad"],
    prepare: async (services) => {
      const { agentName, version } = await createPackage(services);
      const request = MarkKnownBadRequest.parse({ agentName, version, reason: "leaks" });
      return (on) => markKnownBad(on, ctx, request);
    },
  },
  "a mark is lifted": {
    in: ["known-bad/lift-known-bad"],
    prepare: async (services) => {
      const { agentName, version } = await createPackage(services);
      const request = MarkKnownBadRequest.parse({ agentName, version, reason: "leaks" });
      await markKnownBad(services, ctx, request);
      const [mark] = await listKnownBad(services, { agent: agentName, lifted: false });
      return (on) => liftKnownBad(on, ctx, mark!.id, "it does not");
    },
  },
};

/** Files with a transaction that is not run here, and why. */
export const notRunHere: Record<string, string> = {
  "audit/audited-transaction": "it is what all others call",
  "machines/note-refusal": "an alert and nothing else: there is no second half",
  "packages/store-package-signature": "needs keys and a root; one row and its audit row",
  "clusters/cluster-credentials": "needs a second deployment; one update and its audit row",
};
