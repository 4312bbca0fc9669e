import { ChangeRules, type Freeze, type Hold } from "../../../contract/change-rules.ts";
import type { ReleasePlan } from "../../../contract/release-plan.ts";
import { winnersBySlot } from "../../../desired-state/reach.ts";
import { type DesiredEntry, resolveInto, type Winners } from "../../../desired-state/resolve.ts";
import { entriesOfStage } from "../../release-entries.ts";
import { advance } from "../advance.ts";
import { applyTransitions } from "../apply-transitions.ts";
import { changePermission, ifritAgentName } from "../change-permission.ts";
import { newReleaseRecord, planOf, type ReleaseRecord } from "../release-record.ts";
import type { Transition } from "../transitions.ts";
import { applyVerb, type VerbOrder } from "../verbs.ts";
import { type Due, dueOn } from "./naive-oracle.ts";
import { t0 } from "./plans.ts";
import { hasAlready, type SmallMachine, smallMachine } from "./small-machine.ts";
import { smallWorldFacts } from "./small-world-facts.ts";

export type Known = {
  record: ReleaseRecord;
  breaks: boolean;
  withdrawn: Set<string>;
  open: Map<string, Set<number>>;
};
type ClusterEntry = DesiredEntry & { clusterId: string };

type Reaches = {
  entries: readonly ClusterEntry[];
  own: DesiredEntry[];
  reach: ReturnType<typeof winnersBySlot>;
};

export const changingMax = 4;
export const rollBackChangingMax = 6;
const forever = Number.MAX_SAFE_INTEGER;

/** Two clusters of a few machines and any number of releases, with a naive idea of what should hold. */
export class SmallWorld {
  nowMs = t0;
  readonly releases: Known[] = [];
  entries: readonly ClusterEntry[] = [];
  freezes: Freeze[] = [];
  holds: Hold[] = [];
  readonly #reaches = new Map<string, Reaches>();
  readonly violations: string[] = [];
  readonly machines: SmallMachine[];

  constructor(count = 18) {
    this.machines = Array.from({ length: count }, (_, index) => smallMachine(index));
  }

  create(plan: ReleasePlan, options: { breaks?: boolean; sameTime?: boolean } = {}): Known {
    this.nowMs += 1000;
    const before = this.releases.at(-1)?.record.timestampMs;
    const timestampMs = options.sameTime ? (before ?? this.nowMs) : this.nowMs;
    const record = newReleaseRecord(this.releases.length + 1, plan, timestampMs);
    const known: Known = {
      ...{ record, breaks: options.breaks ?? false },
      ...{ withdrawn: new Set(), open: new Map() },
    };
    this.releases.push(known);
    this.order(known, { verb: "start", actor: "li" });
    return known;
  }

  order(known: Known, order: VerbOrder): void {
    this.nowMs += 1000;
    const outcome = applyVerb(known.record, order, this.nowMs);
    if (outcome.allowed) this.#perform(known, outcome.transitions);
  }

  tick(known: Known, minutes = 1): Transition[] {
    this.nowMs += minutes * 60_000;
    const facts = smallWorldFacts(this, known.record);
    const transitions = advance(known.record, facts, this.nowMs);
    const opened = transitions.flatMap((one) => (one.kind === "openStage" ? [one.clusterId] : []));
    if (opened.length > 1)
      this.violations.push(`release ${known.record.id} opened two stages at once`);
    if (opened.some((clusterId) => this.isFrozen(clusterId)))
      this.violations.push(`release ${known.record.id} opened a stage in a frozen cluster`);
    this.#perform(known, transitions);
    if (advance(known.record, facts, this.nowMs).length > 0)
      this.violations.push(`release ${known.record.id} moves on the same facts`);
    return transitions;
  }

  /** A machine that enrolls now. */
  join(): void {
    this.machines.push(smallMachine(this.machines.length));
  }

  freeze(clusterId: string | null, allowsRollBack: boolean): void {
    const why = { owner: "li", reason: "", untilMs: null };
    this.freezes = [...this.freezes, { clusterId, allowsRollBack, ...why }];
  }

  hold(machine: SmallMachine): void {
    const target = { machineId: machine.id };
    const why = { owner: "li", reason: "", untilMs: forever, agentName: null };
    this.holds = [...this.holds, { id: this.holds.length + 1, target, ...why }];
  }

  isFrozen(clusterId: string): boolean {
    return this.freezes.some((one) => one.clusterId === null || one.clusterId === clusterId);
  }

  isHeld({ id }: SmallMachine): boolean {
    return this.holds.some(({ target }) => "machineId" in target && target.machineId === id);
  }

  #perform(known: Known, transitions: readonly Transition[]): void {
    for (const transition of transitions) {
      if (transition.kind === "openStage") this.#open(known, transition);
      if (transition.kind === "rollBack")
        for (const { clusterId } of known.record.clusters) this.#withdraw(known, clusterId);
      if (transition.kind === "rollBackCluster") this.#withdraw(known, transition.clusterId);
    }
    known.record = applyTransitions(known.record, transitions);
  }

  #open(
    known: Known,
    { clusterId, skipped, stageIndex }: Extract<Transition, { kind: "openStage" }>,
  ) {
    const open = known.open.get(clusterId) ?? new Set();
    known.open.set(clusterId, open);
    for (const index of [...skipped, stageIndex]) {
      open.add(index);
      this.entries = [...this.entries, ...this.#entriesOf(known.record, clusterId, index)];
    }
  }

  #withdraw(known: Known, clusterId: string): void {
    known.withdrawn.add(clusterId);
    const { id } = known.record;
    this.entries = this.entries.filter(
      (entry) => entry.releaseId !== id || entry.clusterId !== clusterId,
    );
  }

  #entriesOf(record: ReleaseRecord, clusterId: string, index: number): ClusterEntry[] {
    // A plan that names machines of other types or clusters is refused before it gets here.
    const own = this.machines.filter(
      (one) => one.clusterId === clusterId && record.plan.machineTypes.includes(one.type),
    );
    const grayTypes = new Map(own.map(({ id, type }) => [id, type]));
    const entries = entriesOfStage(record, planOf(record, clusterId), index, grayTypes);
    return entries.map((entry) => ({ ...entry, clusterId }));
  }

  /** What the desired entries say. */
  effective(machine: SmallMachine): Winners {
    const { own, reach } = this.#reachOf(machine);
    const winners = reach.winnersOf(reach.signatureOf(machine.slot));
    return resolveInto(
      winners,
      own.filter(({ machineId }) => machineId === machine.id),
    );
  }

  entriesIn(clusterId: string): ClusterEntry[] {
    return this.entries.filter((entry) => entry.clusterId === clusterId);
  }

  /** Read once for each state of the entries, which are replaced and never changed. */
  #reachOf({ clusterId, type }: SmallMachine) {
    const known = this.#reaches.get(`${clusterId} ${type}`);
    if (known?.entries === this.entries) return known;
    const own = this.entriesIn(clusterId).filter(({ machineType }) => machineType === type);
    const read = { entries: this.entries, own, reach: winnersBySlot(own) };
    this.#reaches.set(`${clusterId} ${type}`, read);
    return read;
  }

  /** What they should say. */
  oracle(machine: SmallMachine): Map<string, Due> {
    return dueOn(this.releases, machine);
  }

  /** A machine asks, and what it was granted the last time it now does, if it still may. */
  checkIn(machine: SmallMachine): void {
    this.nowMs += 100;
    if (machine.dark) return;
    const wanted = [...this.effective(machine).values()].filter(
      (entry) => !hasAlready(machine, entry) && !machine.failed.has(entry.releaseId),
    );
    const permission = this.#ask(machine, wanted);
    const granted = wanted.filter(
      ({ agentName }) => permission.allowed && permission.agents.includes(agentName),
    );
    for (const entry of granted)
      if (machine.changing.get(entry.agentName)?.releaseId === entry.releaseId)
        this.#switch(machine, entry);
    const next = granted.filter(
      (entry) => !hasAlready(machine, entry) && !machine.failed.has(entry.releaseId),
    );
    machine.changing = new Map(next.map((entry) => [entry.agentName, entry]));
    machine.countedAs = permission.allowed && next.length > 0 ? permission.counts : null;
    this.#watchMachine(machine);
  }

  #ask(machine: SmallMachine, wanted: readonly DesiredEntry[]) {
    const { clusterId, countedAs, runs } = machine;
    return changePermission({
      machine: {
        ...{ machineId: machine.id, clusterId, labels: {}, lastChangedAtMs: null, countedAs },
        changing: [...machine.changing.keys()],
      },
      wanted: wanted.map(({ agentName, releaseId }) => ({
        ...{ agentName, releaseId, releaseState: this.#stateOf(releaseId, clusterId) },
        isRollBack: this.#isRolledBack(runs.get(agentName)?.releaseId, clusterId),
      })),
      rules: { ...ChangeRules.parse({}), changingMax, rollBackChangingMax },
      ...{ freezes: this.freezes, holds: this.holds, nowMs: this.nowMs },
      othersChanging: {
        normal: this.#counted("normal", clusterId, machine),
        rollBack: this.#counted("rollBack", clusterId, machine),
      },
    });
  }

  #stateOf(releaseId: number | undefined, clusterId: string): ReleaseRecord["state"] {
    if (this.#isRolledBack(releaseId, clusterId)) return "rolledBack";
    return this.releases[(releaseId ?? 0) - 1]?.record.state ?? "completed";
  }

  #isRolledBack(releaseId: number | undefined, clusterId: string): boolean {
    return this.releases[(releaseId ?? 0) - 1]?.withdrawn.has(clusterId) ?? false;
  }

  #counted(as: "normal" | "rollBack", clusterId: string, except?: SmallMachine): number {
    return this.machines.filter(
      (one) => one !== except && one.clusterId === clusterId && one.countedAs === as,
    ).length;
  }

  #switch(machine: SmallMachine, { agentName, version, releaseId }: DesiredEntry): void {
    const { clusterId } = machine;
    const due = this.oracle(machine).get(agentName);
    const state = this.#stateOf(releaseId, clusterId);
    const isRollBack = this.#isRolledBack(machine.runs.get(agentName)?.releaseId, clusterId);
    const told = (what: string) => this.violations.push(`${machine.id} changed ${what}`);
    if (due?.releaseId !== releaseId || due.version !== version) told("outside an open stage");
    if (!isRollBack && (state === "paused" || state === "aborted"))
      told(`while release ${releaseId} was ${state}`);
    if (this.isHeld(machine)) told("though it was held");
    if (this.#isBoundByFreeze(clusterId, isRollBack)) told("in a frozen cluster");
    if (this.releases[releaseId - 1]!.breaks) machine.failed.add(releaseId);
    else machine.runs.set(agentName, { version, releaseId });
  }

  #isBoundByFreeze(clusterId: string, isRollBack: boolean): boolean {
    return this.freezes.some(
      (one) =>
        (one.clusterId === null || one.clusterId === clusterId) &&
        !(one.allowsRollBack && isRollBack),
    );
  }

  #watchMachine({ id, clusterId, changing }: SmallMachine): void {
    if (changing.has(ifritAgentName) && changing.size > 1)
      this.violations.push(`${id} changes ifrit-agent together with another agent`);
    if (this.#counted("normal", clusterId) > changingMax)
      this.violations.push(`the cap of ${clusterId} is exceeded`);
    if (this.#counted("rollBack", clusterId) > rollBackChangingMax)
      this.violations.push(`the cap of ${clusterId} for rollbacks is exceeded`);
  }
}
