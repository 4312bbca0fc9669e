import type { ChangeBlockedCode, ChangeRules, Freeze, Hold } from "../../contract/change-rules.ts";
import type { ReleaseState } from "../../contract/release-state.ts";
import { isWindowOpen, nextOpeningMs } from "./change-window.ts";
import type { Values } from "./release-record.ts";

export const ifritAgentName = "ifrit-agent";

/** One agent on which the machine differs from its desired state. */
export type WantedChange = {
  agentName: string;
  /** The release whose entry the machine would follow, and what became of that release. */
  releaseId: number;
  releaseState: ReleaseState;
  /** The machine would leave a version whose release was rolled back. */
  isRollBack: boolean;
  /** Who says since when and why that what it would change to is bad. Absent or null: nobody. */
  knownBad?: Values | null;
};

export type ChangeQuestion = {
  machine: {
    machineId: string;
    clusterId: string;
    labels: Readonly<Record<string, string>>;
    /** When its last change ended; null: never changed. */
    lastChangedAtMs: number | null;
    /** Agents that it is changing now, under a grant that still lives. */
    changing: readonly string[];
    /** Where that grant was counted; null: it has none. */
    countedAs: "normal" | "rollBack" | null;
  };
  wanted: readonly WantedChange[];
  rules: ChangeRules;
  freezes: readonly Freeze[];
  holds: readonly Hold[];
  /** Other machines of the cluster with a living grant. INVARIANT: read and raised in one step. */
  othersChanging: { normal: number; rollBack: number };
  nowMs: number;
};

export type Blocked = { code: ChangeBlockedCode; values: Values };

export type ChangePermission =
  /** blocked: the agents that have to wait though others may change. */
  | {
      allowed: true;
      agents: string[];
      blocked: (Blocked & { agentName: string })[];
      /** Which of the two counts of othersChanging the machine is to be added to. */
      counts: "normal" | "rollBack";
    }
  | ({ allowed: false } & Blocked);

/**
 * May this machine change now, and which of its agents? Asked when it checks in and again right
 * before it switches. A rollback is not held up by windows, by the time between changes, by the cap
 * for changes, or because the release that it falls back to was stopped: away from the bad version
 * comes first. Holds bind it, and freezes that say so; and nobody falls back to a version that is
 * known to be bad: which of two bad ones is worse, only a person can say.
 */
export function changePermission(question: ChangeQuestion): ChangePermission {
  const answers = question.wanted.map((wanted) => ({
    wanted,
    blocked: agentBlocked(question, wanted),
  }));
  const free = answers.flatMap(({ wanted, blocked }) => (blocked ? [] : [wanted]));
  const apart = keepIfritAgentApart(free, question.machine.changing);
  const blocked = [
    ...answers.flatMap(({ wanted, blocked: why }) =>
      why ? [{ agentName: wanted.agentName, ...why }] : [],
    ),
    ...apart.blocked,
  ];
  const first = blocked[0];
  if (apart.agents.length === 0)
    return first
      ? { allowed: false, code: first.code, values: first.values }
      : { allowed: true, agents: [], blocked, counts: "normal" };
  return grant(question, apart.agents, blocked);
}

/** All of them if the cap has room; otherwise those that a rollback brings back, if its cap has. */
function grant(
  question: ChangeQuestion,
  agents: readonly WantedChange[],
  blocked: (Blocked & { agentName: string })[],
): ChangePermission {
  const counts = agents.every(({ isRollBack }) => isRollBack) ? "rollBack" : "normal";
  const full = overCap(question, counts);
  if (!full)
    return { allowed: true, agents: agents.map(({ agentName }) => agentName), blocked, counts };
  const urgent = agents.filter(({ isRollBack }) => isRollBack);
  if (counts === "rollBack" || urgent.length === 0) return { allowed: false, ...full };
  const others = agents.filter(({ isRollBack }) => !isRollBack);
  const waiting = others.map(({ agentName }) => ({ agentName, ...full }));
  return grant(question, urgent, [...blocked, ...waiting]);
}

/** In the order of what a person would want to hear first. */
function agentBlocked(question: ChangeQuestion, wanted: WantedChange): Blocked | null {
  return (
    knownBad(wanted) ??
    frozen(question, wanted) ??
    held(question, wanted) ??
    (wanted.isRollBack
      ? null
      : (releaseStopped(wanted) ?? outsideWindow(question) ?? tooSoon(question)))
  );
}

function knownBad({ knownBad: values }: WantedChange): Blocked | null {
  return values ? { code: "knownBad", values } : null;
}

function frozen({ freezes, machine, nowMs }: ChangeQuestion, wanted: WantedChange): Blocked | null {
  const freeze = freezes.find(
    ({ clusterId, untilMs, allowsRollBack }) =>
      (clusterId === null || clusterId === machine.clusterId) &&
      (untilMs === null || nowMs < untilMs) &&
      !(allowsRollBack && wanted.isRollBack),
  );
  if (!freeze) return null;
  const { owner, reason, untilMs, clusterId } = freeze;
  const values: Values = { owner, reason, scope: clusterId ?? "all" };
  return { code: "freeze", values: untilMs === null ? values : { ...values, untilMs } };
}

function held({ holds, machine, nowMs }: ChangeQuestion, wanted: WantedChange): Blocked | null {
  const hold = holds.find(
    ({ target, untilMs, agentName }) =>
      nowMs < untilMs &&
      (agentName === null || agentName === wanted.agentName) &&
      isTarget(target, machine),
  );
  if (!hold) return null;
  const { id, owner, reason, untilMs } = hold;
  return { code: "hold", values: { holdId: id, owner, reason, untilMs } };
}

/** Without any label nobody is meant: a hold on everything is a freeze. */
function isTarget(target: Hold["target"], machine: ChangeQuestion["machine"]): boolean {
  if ("machineId" in target) return target.machineId === machine.machineId;
  const labels = Object.entries(target.labels);
  return labels.length > 0 && labels.every(([name, value]) => machine.labels[name] === value);
}

function releaseStopped({ releaseState, releaseId }: WantedChange): Blocked | null {
  if (releaseState === "paused") return { code: "releasePaused", values: { releaseId } };
  if (releaseState === "aborted") return { code: "releaseAborted", values: { releaseId } };
  return null;
}

function outsideWindow({ rules: { windows }, nowMs }: ChangeQuestion): Blocked | null {
  if (windows.length === 0 || windows.some((window) => isWindowOpen(window, nowMs))) return null;
  const openings = windows.flatMap((window) => nextOpeningMs(window, nowMs) ?? []);
  return {
    code: "window",
    values: openings.length > 0 ? { opensAtMs: Math.min(...openings) } : {},
  };
}

/** A machine in the middle of a change is not held up by its own beginning. */
function tooSoon({ rules, machine, nowMs }: ChangeQuestion): Blocked | null {
  const { lastChangedAtMs, changing } = machine;
  if (lastChangedAtMs === null || changing.length > 0) return null;
  const untilMs = lastChangedAtMs + rules.secondsBetweenChanges * 1000;
  return nowMs < untilMs ? { code: "tooSoon", values: { untilMs } } : null;
}

/** ifrit-agent never changes together with another agent; it goes first, except before a rollback. */
function keepIfritAgentApart(free: readonly WantedChange[], changing: readonly string[]) {
  const own = free.filter(({ agentName }) => agentName === ifritAgentName);
  const others = free.filter(({ agentName }) => agentName !== ifritAgentName);
  const wait = (agents: readonly WantedChange[], code: "ifritAgentUpgrade" | "otherChange") =>
    agents.map(({ agentName }) => ({ agentName, code, values: {} }));
  const othersUnderWay = changing.some((agentName) => agentName !== ifritAgentName);
  const ownUnderWay = changing.includes(ifritAgentName);
  const ownFirst =
    ownUnderWay || (own.length > 0 && !othersUnderWay && !others.some((one) => one.isRollBack));
  if (ownFirst) return { agents: own, blocked: wait(others, "ifritAgentUpgrade") };
  return others.length > 0 || othersUnderWay
    ? { agents: others, blocked: wait(own, "otherChange") }
    : { agents: own, blocked: [] };
}

/** A machine that has a grant is counted already. */
function overCap(question: ChangeQuestion, counts: "normal" | "rollBack"): Blocked | null {
  const { rules, othersChanging, machine } = question;
  if (machine.countedAs === counts) return null;
  const changingMax = counts === "normal" ? rules.changingMax : rules.rollBackChangingMax;
  const changing = othersChanging[counts];
  if (changingMax === null || changing < changingMax) return null;
  return { code: "cap", values: { changing, changingMax } };
}
