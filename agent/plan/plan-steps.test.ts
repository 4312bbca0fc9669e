import assert from "node:assert/strict";
import type { DesiredAgent } from "@contract/desired-state.ts";
import type { ActualAgent, InstalledVersion } from "./actual-agent.ts";
import { emptyRecord } from "./agent-record.ts";
import { planSteps } from "./plan-steps.ts";
import type { RunRecord } from "./run-record.ts";
import type { PlanConditions } from "./step.ts";

const digest = (letter: string) => letter.repeat(64);
const one: InstalledVersion = { version: "1.0.0", sha256: digest("1") };
const two: InstalledVersion = { version: "2.0.0", sha256: digest("2") };

const conditions: PlanConditions = {
  platform: "linux-x64",
  mayChange: true,
  changeNotDue: new Set(),
  upkeepNotDue: new Set(),
  restartNotDue: new Set(),
  notLive: new Set(),
  drifted: new Map(),
  overBudget: new Map(),
  bootTicks: 1_000_000,
  guarded: true,
  busy: false,
};

function createActual(overrides: Partial<ActualAgent> = {}): ActualAgent {
  const run: RunRecord = {
    schema: 1,
    pid: 100,
    startTicks: 5,
    bootId: "boot",
    version: "1.0.0",
    startedAtMs: 0,
    restarts: 0,
    crashes: 0,
  };
  const record = { ...emptyRecord, releaseId: 1 };
  return {
    name: "log",
    onDisk: true,
    current: one,
    installed: [one],
    record,
    run,
    alive: true,
    ...overrides,
  };
}

function present(version: InstalledVersion, releaseId: number): DesiredAgent {
  return {
    want: "present",
    name: "log",
    version: version.version,
    releaseId,
    releasedAtMs: 0,
    scope: "default",
    packages: { "linux-x64": { sha256: version.sha256, size: 10 } },
  };
}

const absent: DesiredAgent = {
  want: "absent",
  name: "log",
  releaseId: 9,
  releasedAtMs: 0,
  scope: "default",
};
const nothing = createActual({
  onDisk: false,
  current: null,
  installed: [],
  record: emptyRecord,
  run: null,
  alive: false,
});
const failure = { reason: "exited_early" as const, message: "", version: "2.0.0" };

const cases: [string, ActualAgent, DesiredAgent[], Partial<PlanConditions>, string[]][] = [
  ["nothing to do when the wanted version runs", createActual(), [present(one, 1)], {}, []],
  ["installs what is not there", nothing, [present(one, 1)], {}, ["install"]],
  ["installs a new version beside the old one", createActual(), [present(two, 2)], {}, ["install"]],
  [
    "switches to what is unpacked",
    createActual({ installed: [one, two] }),
    [present(two, 2)],
    {},
    ["switch"],
  ],
  [
    "unpacks again what has other bytes",
    createActual({ installed: [one, { ...two, sha256: digest("f") }] }),
    [present(two, 2)],
    {},
    ["install"],
  ],
  ["never uninstalls what is merely not listed", createActual(), [], {}, []],
  ["uninstalls what is wanted absent", createActual(), [absent], {}, ["uninstall"]],
  ["has nothing to uninstall twice", nothing, [absent], {}, []],
  ["begins no install while blocked", nothing, [present(one, 1)], { mayChange: false }, []],
  [
    "begins no switch while blocked",
    createActual({ installed: [one, two] }),
    [present(two, 2)],
    { mayChange: false },
    [],
  ],
  ["begins no uninstall while blocked", createActual(), [absent], { mayChange: false }, []],
  [
    "restarts what ended even while blocked",
    createActual({ alive: false }),
    [present(two, 2)],
    { mayChange: false },
    ["start"],
  ],
  [
    "restarts what ended while its upgrade waits to be tried again",
    createActual({ alive: false }),
    [present(two, 2)],
    { changeNotDue: new Set(["log"]) },
    ["start"],
  ],
  [
    "waits out the restart backoff",
    createActual({ alive: false }),
    [present(one, 1)],
    { restartNotDue: new Set(["log"]) },
    [],
  ],
  ["keeps running what is not listed", createActual({ alive: false }), [], {}, ["start"]],
  [
    "restarts what does not answer",
    createActual(),
    [present(one, 1)],
    { notLive: new Set(["log"]) },
    ["restart"],
  ],
  [
    "replaces a process of another version than current",
    createActual({ current: two, installed: [one, two] }),
    [],
    {},
    ["restart"],
  ],
  [
    "takes the new release's number when the version is in place",
    createActual(),
    [present(one, 5)],
    {},
    ["adoptRelease"],
  ],
  [
    "refuses other bytes under an installed version",
    createActual(),
    [present({ ...one, sha256: digest("e") }, 5)],
    {},
    ["noteConflict"],
  ],
  [
    "does nothing for a platform without a package",
    nothing,
    [present(one, 1)],
    { platform: "linux-arm64" },
    [],
  ],
  [
    "refuses a version that failed here",
    createActual({
      record: {
        ...emptyRecord,
        releaseId: 1,
        quarantine: [{ version: "2.0.0", releaseId: 2, failure }],
      },
    }),
    [present(two, 2)],
    {},
    [],
  ],
  [
    "tries it again for a later release",
    createActual({
      record: {
        ...emptyRecord,
        releaseId: 1,
        quarantine: [{ version: "2.0.0", releaseId: 2, failure }],
      },
    }),
    [present(two, 3)],
    {},
    ["install"],
  ],
  [
    "removes versions that are neither current, previous nor wanted",
    createActual({
      installed: [one, two, { version: "0.1", sha256: digest("0") }],
      record: { ...emptyRecord, releaseId: 1, previous: "2.0.0" },
    }),
    [present(one, 1)],
    {},
    ["cleanUp"],
  ],
];

for (const [title, actual, desired, changed, expected] of cases) {
  Deno.test(`planSteps() ${title}`, () => {
    const steps = planSteps([actual], desired, { ...conditions, ...changed });
    assert.deepEqual(
      steps.map((step) => step.kind),
      expected,
    );
  });
}

Deno.test("planSteps() repairs before it starts, whatever the grant, and backs out of what is over budget", () => {
  const drifted = new Map([["log", { version: "1.0.0", files: ["bin/log"] }]]);
  const kinds = (actual: ActualAgent, changed: Partial<PlanConditions>) =>
    planSteps([actual], [present(one, 1)], { ...conditions, mayChange: false, ...changed }).map(
      (step) => step.kind,
    );
  assert.deepEqual(kinds(createActual({ alive: false }), { drifted }), ["repair"]);
  assert.deepEqual(
    kinds(createActual({ current: two, installed: [one, two], alive: false }), { drifted }),
    ["start"],
  );
  const overBudget = new Map([["log", "much"]]);
  assert.deepEqual(kinds(createActual(), { overBudget }), ["backOut"]);
  assert.deepEqual(kinds(createActual({ alive: false }), { overBudget }), ["start"]);
});

const change = { from: "1.0.0", to: "2.0.0", releaseId: 2, attempts: 1, rollingBack: null };

Deno.test("planSteps() finishes an interrupted switch first, whatever is desired by now", () => {
  const kindFor = (actual: Partial<ActualAgent>, desired: DesiredAgent[]) =>
    planSteps([createActual({ installed: [one, two], ...actual })], desired, {
      ...conditions,
      mayChange: false,
    })[0]?.kind;
  const record = { ...emptyRecord, releaseId: 1, change };
  assert.equal(kindFor({ record, current: two }, [absent]), "resumeWatch");
  assert.equal(kindFor({ record, current: one }, [present(two, 2)]), "abandonChange");
  const rollingBack = { ...record, change: { ...change, rollingBack: failure } };
  assert.equal(kindFor({ record: rollingBack, current: two }, []), "resumeRollback");
});

Deno.test("planSteps() never removes the version that a process runs from", () => {
  const actual = createActual({
    current: two,
    installed: [one, two],
    record: { ...emptyRecord, releaseId: 2 },
  });
  const steps = planSteps([actual], [present(two, 2)], {
    ...conditions,
    upkeepNotDue: new Set(["log"]),
  });
  assert.deepEqual(steps, []);
  const restarted = planSteps(
    [{ ...actual, run: { ...actual.run!, version: "2.0.0" } }],
    [present(two, 2)],
    conditions,
  );
  assert.deepEqual(restarted, [{ kind: "cleanUp", name: "log", versions: ["1.0.0"] }]);
});

const self = (overrides: Partial<ActualAgent> = {}) =>
  createActual({ name: "ifrit-agent", installed: [], ...overrides });
const wantSelf = { ...present(two, 2), name: "ifrit-agent" };

const selfCases: [string, ActualAgent[], DesiredAgent[], Partial<PlanConditions>, string[]][] = [
  ["installs a new version", [self()], [wantSelf], {}, ["install"]],
  ["hands over once it is unpacked", [self({ installed: [two] })], [wantSelf], {}, ["handOver"]],
  ["waits for other steps", [self({ installed: [two] })], [wantSelf], { busy: true }, []],
  [
    "does not hand over while another agent needs a step",
    [self({ installed: [two] }), createActual({ alive: false })],
    [wantSelf],
    {},
    ["start"],
  ],
  ["needs a guard", [self()], [wantSelf], { guarded: false }, ["noteUnguarded"]],
  ["begins nothing while blocked", [self()], [wantSelf], { mayChange: false }, []],
  [
    "leaves a trial to the guard",
    [self({ installed: [two], record: { ...emptyRecord, change } })],
    [wantSelf],
    {},
    [],
  ],
  ["is never uninstalled", [self()], [{ ...absent, name: "ifrit-agent" }], {}, []],
  [
    "refuses what failed here",
    [
      self({
        installed: [two],
        record: { ...emptyRecord, quarantine: [{ version: "2.0.0", releaseId: 2, failure }] },
      }),
    ],
    [wantSelf],
    {},
    [],
  ],
];

for (const [title, actual, desired, changed, expected] of selfCases) {
  Deno.test(`planSteps() for ifrit-agent itself ${title}`, () => {
    const steps = planSteps(actual, desired, { ...conditions, ...changed });
    assert.deepEqual(
      steps.map((step) => step.kind),
      expected,
    );
  });
}
