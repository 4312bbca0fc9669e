import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChangeRules, type Freeze, type Hold } from "../../contract/change-rules.ts";
import {
  type ChangeQuestion,
  changePermission,
  ifritAgentName,
  type WantedChange,
} from "./change-permission.ts";

const nowMs = Date.UTC(2026, 9, 1, 12);
const wanted = (changed: Partial<WantedChange> = {}): WantedChange => ({
  ...{ agentName: "log-agent", releaseId: 7, releaseState: "running", isRollBack: false },
  ...changed,
});
const freeze = (changed: Partial<Freeze> = {}): Freeze => ({
  ...{ clusterId: null, owner: "li", reason: "double eleven", untilMs: null, allowsRollBack: true },
  ...changed,
});
const hold = (changed: Partial<Hold> = {}): Hold => ({
  ...{ id: 3, target: { machineId: "m1" }, agentName: null, owner: "wang", reason: "core dump" },
  ...{ untilMs: nowMs + 1000, ...changed },
});

type Changed = Partial<Omit<ChangeQuestion, "machine" | "rules">> & {
  machine?: Partial<ChangeQuestion["machine"]>;
  rules?: Partial<ChangeRules>;
};
function question({ machine, rules, ...changed }: Changed = {}): ChangeQuestion {
  return {
    machine: {
      ...{ machineId: "m1", clusterId: "bj", labels: { room: "a1" }, lastChangedAtMs: null },
      ...{ changing: [], countedAs: null, ...machine },
    },
    wanted: [wanted()],
    rules: { ...ChangeRules.parse({}), ...rules },
    ...{ freezes: [], holds: [], othersChanging: { normal: 0, rollBack: 0 }, nowMs },
    ...changed,
  };
}
const rollBack = [wanted({ isRollBack: true })];

describe("changePermission()", () => {
  it("allows what nothing forbids", () => {
    expect(changePermission(question())).toEqual({
      ...{ allowed: true, agents: ["log-agent"], blocked: [], counts: "normal" },
    });
    expect(changePermission(question({ wanted: [] }))).toMatchObject({ allowed: true, agents: [] });
  });

  it.each<[string, Changed, Record<string, unknown>]>([
    ["knownBad", { wanted: [wanted({ knownBad: { badVersion: "2.0" } })] }, { badVersion: "2.0" }],
    // Nobody falls back to it, and no freeze that ends hides it.
    ["knownBad", { wanted: [wanted({ knownBad: {}, isRollBack: true })] }, {}],
    ["knownBad", { wanted: [wanted({ knownBad: {} })], freezes: [freeze()] }, {}],
    ["freeze", { freezes: [freeze()] }, { scope: "all", owner: "li" }],
    ["freeze", { freezes: [freeze({ clusterId: "bj", untilMs: nowMs + 1 })] }, { scope: "bj" }],
    ["freeze", { freezes: [freeze({ allowsRollBack: false })], wanted: rollBack }, {}],
    ["hold", { holds: [hold()] }, { holdId: 3, owner: "wang", untilMs: nowMs + 1000 }],
    ["hold", { holds: [hold({ target: { labels: { room: "a1" } } })] }, {}],
    ["hold", { holds: [hold()], wanted: rollBack }, {}],
    ["hold", { holds: [hold({ agentName: "log-agent" })] }, {}],
    ["releasePaused", { wanted: [wanted({ releaseState: "paused" })] }, { releaseId: 7 }],
    ["releaseAborted", { wanted: [wanted({ releaseState: "aborted" })] }, { releaseId: 7 }],
    [
      "window",
      {
        rules: { windows: [{ days: [5], from: "02:00", to: "04:00", timeZone: "Asia/Shanghai" }] },
      },
      { opensAtMs: Date.UTC(2026, 9, 1, 18) },
    ],
    [
      "tooSoon",
      { machine: { lastChangedAtMs: nowMs - 5000 }, rules: { secondsBetweenChanges: 10 } },
      { untilMs: nowMs + 5000 },
    ],
    [
      "cap",
      { rules: { changingMax: 2 }, othersChanging: { normal: 2, rollBack: 0 } },
      { changing: 2, changingMax: 2 },
    ],
    [
      "cap",
      {
        wanted: rollBack,
        rules: { rollBackChangingMax: 2 },
        othersChanging: { normal: 0, rollBack: 2 },
      },
      {},
    ],
    ["ifritAgentUpgrade", { machine: { changing: [ifritAgentName], countedAs: "normal" } }, {}],
    [
      "otherChange",
      {
        machine: { changing: ["log-agent"], countedAs: "normal" },
        wanted: [wanted({ agentName: ifritAgentName })],
      },
      {},
    ],
  ])("blocked: %s (%#)", (code, changed, values) => {
    expect(changePermission(question(changed))).toMatchObject({ allowed: false, code, values });
  });

  it.each<[string, Changed]>([
    [
      "the end of the release that a rollback falls back to",
      { wanted: [wanted({ isRollBack: true, releaseState: "aborted" })] },
    ],
    ["another cluster's freeze", { freezes: [freeze({ clusterId: "sh" })] }],
    ["a freeze that has ended", { freezes: [freeze({ untilMs: nowMs })] }],
    ["a freeze that lets rollbacks through", { freezes: [freeze()], wanted: rollBack }],
    ["another machine's hold", { holds: [hold({ target: { machineId: "m2" } })] }],
    ["a hold that has expired", { holds: [hold({ untilMs: nowMs })] }],
    ["a hold on another agent", { holds: [hold({ agentName: "monitor-agent" })] }],
    ["a hold on other labels", { holds: [hold({ target: { labels: { room: "a1", row: "9" } } })] }],
    ["a hold on no label at all", { holds: [hold({ target: { labels: {} } })] }],
    [
      "the cap, when the machine is counted already",
      {
        machine: { changing: ["log-agent"], countedAs: "normal" },
        ...{ rules: { changingMax: 1 }, othersChanging: { normal: 1, rollBack: 0 } },
      },
    ],
    [
      "the cap for changes, in a rollback",
      {
        ...{
          wanted: rollBack,
          rules: { changingMax: 1 },
          othersChanging: { normal: 9, rollBack: 9 },
        },
      },
    ],
    [
      "the time between changes, in a rollback",
      {
        ...{
          wanted: rollBack,
          machine: { lastChangedAtMs: nowMs },
          rules: { secondsBetweenChanges: 60 },
        },
      },
    ],
  ])("not by %s", (_name, changed) => {
    expect(changePermission(question(changed)).allowed).toBe(true);
  });

  it("lets one agent change while another waits", () => {
    const both = [
      wanted({ releaseState: "paused" }),
      wanted({ agentName: "monitor-agent", releaseId: 8 }),
    ];
    expect(changePermission(question({ wanted: both }))).toMatchObject({
      ...{ allowed: true, agents: ["monitor-agent"] },
      blocked: [{ agentName: "log-agent", code: "releasePaused" }],
    });
  });

  it("lets a rollback through a cap that is full of changes", () => {
    const both = [wanted(), wanted({ agentName: "monitor-agent", isRollBack: true })];
    const full = { rules: { changingMax: 1 }, othersChanging: { normal: 1, rollBack: 0 } };
    expect(changePermission(question({ wanted: both, ...full }))).toMatchObject({
      ...{ allowed: true, agents: ["monitor-agent"], counts: "rollBack" },
      blocked: [{ agentName: "log-agent", code: "cap" }],
    });
  });

  it("upgrades ifrit-agent alone and first, but after a rollback", () => {
    const own = wanted({ agentName: ifritAgentName });
    expect(changePermission(question({ wanted: [wanted(), own] }))).toMatchObject({
      ...{ agents: [ifritAgentName], blocked: [{ code: "ifritAgentUpgrade" }] },
    });
    expect(changePermission(question({ wanted: [...rollBack, own] }))).toMatchObject({
      ...{ agents: ["log-agent"], blocked: [{ agentName: ifritAgentName, code: "otherChange" }] },
    });
  });

  it("never grants ifrit-agent together with another, whatever is wanted and under way", () => {
    const agents = fc.uniqueArray(fc.constantFrom(ifritAgentName, "log-agent", "monitor-agent"));
    fc.assert(
      fc.property(agents, agents, fc.boolean(), (names, changing, isRollBack) => {
        fc.pre(!(changing.includes(ifritAgentName) && changing.length > 1));
        const permission = changePermission(
          question({
            wanted: names.map((agentName) => wanted({ agentName, isRollBack })),
            machine: { changing, countedAs: changing.length > 0 ? "normal" : null },
          }),
        );
        const together = new Set([...changing, ...(permission.allowed ? permission.agents : [])]);
        expect(together.has(ifritAgentName) && together.size > 1).toBe(false);
      }),
    );
  });
});
