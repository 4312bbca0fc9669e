import assert from "node:assert/strict";
import { agentPaths, header } from "@contract/headers.ts";
import type { AgentConfig } from "../identity/config.ts";
import { readFacts } from "../identity/machine-facts.ts";
import { loadOrCreateKey } from "../identity/machine-key.ts";
import { systemClock } from "../platform/clock.ts";
import { buildPackage } from "../testing/build-package.ts";
import { createContext, type TestContext } from "../testing/create-context.ts";
import { FakeMaster, problem } from "../testing/fake-master.ts";
import { fetchStatement } from "../trust/fetch-statements.ts";
import { Trust } from "../trust/trust.ts";
import { DesiredDocument } from "./desired-document.ts";
import { readKnownDesired } from "./desired-store.ts";
import { MasterSession } from "./master-session.ts";
import { Poller } from "./poller.ts";

const sample = await buildPackage(
  { name: "sample", version: "1.0.0" },
  { "bin/sample": "#!/bin/sh\n" },
);

async function createSession(ctx: TestContext, master: FakeMaster) {
  const key = await loadOrCreateKey(ctx.layout);
  const facts = () => readFacts({ machineType: "LINUX", labels: {}, bootId: "" });
  const config: AgentConfig = {
    schema: 1,
    masterUrl: master.url,
    machineId: "machine-1",
    machineType: "LINUX",
    labels: {},
    enrollmentToken: master.enrollmentToken,
    clusterId: null,
    enrollment: "notAsked",
  };
  const trust = await Trust.open(ctx, config);
  const { layout, clock } = ctx;
  const session = new MasterSession({ layout, key, clock, fetcher: fetch, facts, trust }, config);
  return { session, trust };
}

async function createPoller(ctx: TestContext, master: FakeMaster) {
  const seen = { full: 0 };
  const hooks = {
    onCheckIn: () => {},
    onFullReportWanted: () => seen.full++,
    describe: () => Promise.resolve({ stateDigest: "0".repeat(32), appliedEtag: '"applied"' }),
  };
  const known = await readKnownDesired(ctx.layout);
  const { session, trust } = await createSession(ctx, master);
  const document = new DesiredDocument(ctx, trust, () => fetchStatement(session), known);
  const poller = new Poller(ctx, session, hooks, trust, document, 60_000);
  return { poller, seen };
}

Deno.test("Poller keeps what it knows and asks with its ETag", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  master.release(1, sample);
  const { poller } = await createPoller(ctx, master);
  assert.equal(await poller.poll(), true);
  assert.equal(await poller.poll(), true);
  assert.equal(poller.desired?.state.agents[0]?.name, "sample");
  const [, second] = master.requests.filter((request) => request.path === agentPaths.desiredState);
  assert.equal(second?.headers.get("if-none-match"), poller.desired?.etag);
  assert.equal(second?.headers.get(header.stateDigest), "0".repeat(32));
  assert.equal(second?.headers.get(header.appliedEtag), '"applied"');
  const afterRestart = await createPoller(ctx, master);
  assert.equal(afterRestart.poller.desired?.state.agents[0]?.name, "sample");
});

const nonsense: [string, () => Response][] = [
  [
    "an HTML page",
    () => new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } }),
  ],
  [
    "JSON said to be HTML",
    () =>
      new Response('{"schema":1,"clusterId":"test-cluster","agents":[]}', {
        headers: { "content-type": "text/html" },
      }),
  ],
  ["an empty answer", () => new Response("", { headers: { "content-type": "application/json" } })],
  [
    "half an answer",
    () => new Response('{"schema":1,"clus', { headers: { "content-type": "application/json" } }),
  ],
  ["another schema", () => Response.json({ schema: 2, clusterId: "test-cluster", agents: [] })],
  ["another cluster's state", () => Response.json({ schema: 1, clusterId: "other", agents: [] })],
  [
    "bytes that the ETag does not name",
    () =>
      Response.json(
        { schema: 1, clusterId: "test-cluster", agents: [] },
        { headers: { etag: `"${"0".repeat(64)}"` } },
      ),
  ],
  ["a redirect", () => Response.redirect("http://127.0.0.1:1/")],
  [
    "a name twice",
    () =>
      Response.json({
        schema: 1,
        clusterId: "test-cluster",
        agents: [1, 2].map((releaseId) => ({
          want: "absent",
          name: "a",
          releaseId,
          releasedAtMs: 1,
          scope: "gray",
        })),
      }),
  ],
];

for (const [title, answer] of nonsense) {
  Deno.test(`fault 32: Poller changes nothing for ${title}`, async () => {
    await using ctx = await createContext();
    await using master = new FakeMaster();
    master.release(1, sample);
    const { poller } = await createPoller(ctx, master);
    await poller.poll();
    master.intercept = (_request, path) => (path === agentPaths.desiredState ? answer() : null);
    assert.equal(await poller.poll(), false);
    assert.equal(poller.desired?.state.agents[0]?.name, "sample");
    assert.equal(poller.grant.allowed, false);
    assert.equal((await readKnownDesired(ctx.layout))?.state.agents.length, 1);
  });
}

Deno.test("Poller renews an expired token once and goes on", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  const { poller } = await createPoller(ctx, master);
  await poller.poll();
  master.expireTokens();
  assert.equal(await poller.poll(), true);
  assert.deepEqual(master.counters, [1, 2]);
});

Deno.test("MasterSession persists its counter, so a restart never uses one twice", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  const { session: first } = await createSession(ctx, master);
  await first.authorization();
  first.forgetToken();
  await first.authorization();
  await (await createSession(ctx, master)).session.authorization();
  assert.deepEqual(master.counters, [1, 2, 51]);
});

Deno.test("MasterSession renews once for callers that ask at the same time", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  const { session } = await createSession(ctx, master);
  const tokens = await Promise.all([
    session.authorization(),
    session.authorization(),
    session.authorization(),
  ]);
  assert.equal(new Set(tokens).size, 1);
  assert.deepEqual(master.counters, [1]);
});

Deno.test("Poller waits until the master accepts the machine", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  master.accepts = false;
  const { poller } = await createPoller(ctx, master);
  assert.equal(await poller.poll(), false);
  assert.match(poller.health.lastError ?? "", /yet to accept/);
  master.accepts = true;
  assert.equal(await poller.poll(), true);
});

Deno.test("fault 32: Poller honours Retry-After, and the master's interval", async () => {
  await using master = new FakeMaster();
  const slept: number[] = [];
  const stop = new AbortController();
  const answers: (() => Response | null)[] = [
    () => problem("unavailable", 503, { "retry-after": "7" }),
    () => null,
  ];
  master.pollSeconds = 5;
  master.intercept = (_request, path) =>
    path === agentPaths.desiredState ? (answers.shift()?.() ?? null) : null;
  const clock = {
    wallMs: Date.now,
    monotonicMs: () => performance.now(),
    sleep: (ms: number) => {
      slept.push(ms);
      if (slept.length === 2) stop.abort();
      return Promise.resolve();
    },
    after: systemClock.after,
  };
  await using ctx = await createContext({ clock, random: () => 0 });
  const { poller } = await createPoller(ctx, master);
  await poller.run(stop.signal);
  assert.deepEqual(slept, [7000, 4500]);
});

Deno.test("Poller.confirm() says no once the master blocks, changes its mind or is away", async () => {
  await using ctx = await createContext();
  const master = new FakeMaster();
  master.release(1, sample);
  const { poller } = await createPoller(ctx, master);
  const change = { name: "sample", releaseId: 1, version: "1.0.0" };
  assert.equal(await poller.confirm(change), true);
  assert.equal(await poller.confirm({ ...change, version: "9" }), false);
  assert.equal(await poller.confirm({ ...change, version: null }), false);
  assert.equal(await poller.confirm({ ...change, releaseId: 2 }), false);
  assert.equal(await poller.confirm({ ...change, name: "other" }), false);
  master.blocked = "frozen by ops";
  assert.equal(await poller.confirm(change), false);
  assert.equal(poller.grant.reason, "frozen by ops");
  master.blocked = null;
  master.want();
  assert.equal(await poller.confirm(change), false);
  master.release(1, sample);
  assert.equal(await poller.confirm(change), true);
  await master[Symbol.asyncDispose]();
  assert.equal(await poller.confirm(change), false);
  assert.equal(poller.desired?.state.agents.length, 1);
});

Deno.test("Poller leaves out agents that the master blocks, and never says that all is applied", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  master.release(1, sample);
  master.absent(2, "other");
  const { poller } = await createPoller(ctx, master);
  const blocked: string[] = [];
  master.intercept = (request, path) => {
    if (path !== agentPaths.desiredState || blocked.length === 0) return null;
    const etag = request.headers.get("if-none-match") ?? "";
    const headers = { etag, [header.blockedAgents]: blocked.join(", ") };
    return new Response(null, { status: 304, headers });
  };
  await poller.poll();
  const change = { name: "sample", releaseId: 1, version: "1.0.0" };
  assert.equal(await poller.confirm(change), true);
  assert.equal(master.requests.at(-1)?.headers.get(header.switching), "sample");
  blocked.push("sample; releasePaused; releaseId=1");
  assert.equal(await poller.confirm(change), false);
  assert.deepEqual(poller.grant, { allowed: true, reason: null });
  assert.deepEqual(
    poller.desired?.state.agents.map((agent) => agent.name),
    ["other"],
  );
  assert.equal(await poller.confirm({ name: "other", releaseId: 2, version: null }), true);
  assert.equal(master.requests.at(-1)?.headers.get(header.appliedEtag), null);
  blocked[0] = "<html>";
  assert.equal(await poller.confirm({ name: "other", releaseId: 2, version: null }), false);
  assert.equal(poller.grant.allowed, false);
  blocked.pop();
  assert.equal(await poller.confirm(change), true);
  assert.equal((await readKnownDesired(ctx.layout))?.state.agents.length, 2);
});

Deno.test("Poller passes on that a full report is wanted", async () => {
  await using ctx = await createContext();
  await using master = new FakeMaster();
  const { poller, seen } = await createPoller(ctx, master);
  await poller.poll();
  master.fullWanted = true;
  await poller.poll();
  assert.equal(seen.full, 1);
});
