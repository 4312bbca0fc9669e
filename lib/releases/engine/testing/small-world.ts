import { ChangeRules } from "../../../contract/change-rules.ts";
import type { MachineType } from "../../../contract/machine-type.ts";
import type { ReleasePlan } from "../../../contract/release-plan.ts";
import { winnersBySlot } from "../../../desired-state/reach.ts";
import { type DesiredEntry, resolveInto, type Winners } from "../../../desired-state/resolve.ts";
import { batchesOfSlots } from "../../../desired-state/ring.ts";
import { slotOf } from "../../../desired-state/slot.ts";
import { entriesOfStage, ringBatches } from "../../release-entries.ts";
import { ringSaltOf } from "../../ring-salt.ts";
import { advance } from "../advance.ts";
import { applyTransitions } from "../apply-transitions.ts";
import { changePermission, ifritAgentName } from "../change-permission.ts";
import { newReleaseRecord, type ReleaseRecord } from "../release-record.ts";
import type { Transition } from "../transitions.ts";
import { applyVerb, type VerbOrder } from "../verbs.ts";
import { clusterFacts, factsOf, stageFacts, t0 } from "./plans.ts";

type Installed = { version: string | null; releaseId: number };
export type SmallMachine = {
  id: string;
  type: MachineType;
  slot: number;
  runs: Map<string, Installed>;
  /** Agents that it has been granted to change, until its next check-in. */
  changing: Map<string, Installed>;
  countedAs: "normal" | "rollBack" | null;
  /** Releases whose version failed here. */
  failed: Set<number>;
  dark: boolean;
};
type Known = { record: ReleaseRecord; breaks: boolean; withdrawn: boolean; open: Set<number> };

type Reaches = {
  entries: readonly DesiredEntry[];
  own: DesiredEntry[];
  reach: ReturnType<typeof winnersBySlot>;
};

export const clusterId = "bj";
export const changingMax = 4;
const types: MachineType[] = ["LINUX", "CONTAINER"];
const rank = { gray: 2, batch: 1, default: 0 } as const;

/** A cluster of a few machines and any number of releases, with a naive idea of what should hold. */
export class SmallWorld {
  nowMs = t0;
  readonly releases: Known[] = [];
  entries: readonly DesiredEntry[] = [];
  readonly #reaches = new Map<MachineType, Reaches>();
  readonly violations: string[] = [];
  readonly machines: SmallMachine[];

  constructor(count = 16) {
    this.machines = Array.from({ length: count }, (_, index) => ({
      ...{ id: `m${index}`, type: types[index % 2]!, slot: slotOf(`m${index}`) },
      ...{ runs: new Map(), changing: new Map(), countedAs: null, failed: new Set<number>() },
      dark: false,
    }));
  }

  create(plan: ReleasePlan, options: { breaks?: boolean; sameTime?: boolean } = {}): Known {
    this.nowMs += 1000;
    const before = this.releases.at(-1)?.record.timestampMs;
    const timestampMs = options.sameTime ? (before ?? this.nowMs) : this.nowMs;
    const record = newReleaseRecord(this.releases.length + 1, plan, timestampMs);
    const known = {
      record,
      breaks: options.breaks ?? false,
      withdrawn: false,
      open: new Set<number>(),
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
    const facts = this.factsFor(known);
    const transitions = advance(known.record, facts, this.nowMs);
    if (transitions.filter(({ kind }) => kind === "openStage").length > 1)
      this.violations.push(`release ${known.record.id} opened two stages at once`);
    this.#perform(known, transitions);
    if (advance(known.record, facts, this.nowMs).length > 0)
      this.violations.push(`release ${known.record.id} moves on the same facts`);
    return transitions;
  }

  #perform(known: Known, transitions: readonly Transition[]): void {
    for (const transition of transitions) {
      if (transition.kind === "openStage")
        for (const index of [...transition.skipped, transition.stageIndex]) {
          known.open.add(index);
          this.entries = [...this.entries, ...this.#entriesOf(known.record, index)];
        }
      if (transition.kind === "rollBack" || transition.kind === "rollBackCluster") {
        known.withdrawn = true;
        this.entries = this.entries.filter((entry) => entry.releaseId !== known.record.id);
      }
    }
    known.record = applyTransitions(known.record, transitions);
  }

  #entriesOf(record: ReleaseRecord, index: number): DesiredEntry[] {
    // A plan that names machines of other types is refused before it gets here.
    const { machineTypes } = record.plan;
    const own = this.machines.filter(({ type }) => machineTypes.includes(type));
    const grayTypes = new Map(own.map(({ id, type }) => [id, type]));
    return entriesOfStage(record, record.plan.clusters[0]!, index, grayTypes);
  }

  /** What the desired entries say. */
  effective(machine: SmallMachine): Winners {
    const { own, reach } = this.#reachOf(machine.type);
    const winners = reach.winnersOf(reach.signatureOf(machine.slot));
    return resolveInto(
      winners,
      own.filter(({ machineId }) => machineId === machine.id),
    );
  }

  /** Read once for each state of the entries, which are replaced and never changed. */
  #reachOf(type: MachineType) {
    const known = this.#reaches.get(type);
    if (known?.entries === this.entries) return known;
    const own = this.entries.filter(({ machineType }) => machineType === type);
    const read = { entries: this.entries, own, reach: winnersBySlot(own) };
    this.#reaches.set(type, read);
    return read;
  }

  /** What they should say, from the stages that are open, one by one. */
  oracle(
    machine: SmallMachine,
  ): Map<string, { releaseId: number; version: string | null; scope: string }> {
    const winners = new Map<string, Known & { scope: keyof typeof rank }>();
    for (const known of this.releases) {
      const scope = this.#scopeOf(known, machine);
      if (!scope) continue;
      const { agentName } = known.record.plan;
      const held = winners.get(agentName);
      const order = held
        ? known.record.timestampMs - held.record.timestampMs ||
          rank[scope] - rank[held.scope] ||
          known.record.id - held.record.id
        : 1;
      if (order > 0) winners.set(agentName, { ...known, scope });
    }
    const told = [...winners].map(([agentName, { record, scope }]) => {
      const { version } = record.plan;
      return [agentName, { releaseId: record.id, version, scope }] as const;
    });
    return new Map(told);
  }

  #scopeOf({ record, withdrawn, open }: Known, machine: SmallMachine): keyof typeof rank | null {
    const { plan } = record;
    if (withdrawn || !plan.machineTypes.includes(machine.type)) return null;
    const stages = [...open].map((index) => plan.clusters[0]!.stages[index]!);
    const percent = batchesOfSlots(ringBatches, ringSaltOf(plan))[machine.slot]!;
    if (stages.some((one) => one.kind === "gray" && one.machineIds.includes(machine.id)))
      return "gray";
    if (stages.some((one) => one.kind === "batch" && percent <= one.upToPercent)) return "batch";
    return stages.some((one) => one.kind === "full") ? "default" : null;
  }

  /** A machine asks, and what it was granted the last time it now does, if it still may. */
  checkIn(machine: SmallMachine): void {
    this.nowMs += 100;
    if (machine.dark) return;
    const wanted = [...this.effective(machine).values()].filter((entry) => {
      const { version, releaseId } = machine.runs.get(entry.agentName) ?? {
        version: null,
        releaseId: 0,
      };
      const isThere =
        version === entry.version && (releaseId === entry.releaseId || version === null);
      return !isThere && !machine.failed.has(entry.releaseId);
    });
    const permission = changePermission({
      machine: {
        ...{ machineId: machine.id, clusterId, labels: {}, lastChangedAtMs: null },
        changing: [...machine.changing.keys()],
        countedAs: machine.countedAs,
      },
      wanted: wanted.map(({ agentName, releaseId }) => ({
        ...{ agentName, releaseId, releaseState: this.#stateOf(releaseId) },
        isRollBack: this.#stateOf(machine.runs.get(agentName)?.releaseId) === "rolledBack",
      })),
      rules: { ...ChangeRules.parse({}), changingMax },
      ...{ freezes: [], holds: [], nowMs: this.nowMs },
      othersChanging: {
        normal: this.#counted("normal", machine),
        rollBack: this.#counted("rollBack", machine),
      },
    });
    const granted = wanted.filter(
      ({ agentName }) => permission.allowed && permission.agents.includes(agentName),
    );
    for (const entry of granted)
      if (machine.changing.get(entry.agentName)?.releaseId === entry.releaseId)
        this.#switch(machine, entry);
    const next = granted.filter(
      (entry) => !isThere(machine, entry) && !machine.failed.has(entry.releaseId),
    );
    machine.changing = new Map(next.map((entry) => [entry.agentName, entry]));
    machine.countedAs = permission.allowed && next.length > 0 ? permission.counts : null;
    this.#watchMachine(machine);
  }

  #stateOf(releaseId: number | undefined): ReleaseRecord["state"] {
    return this.releases[(releaseId ?? 0) - 1]?.record.state ?? "completed";
  }

  #counted(as: "normal" | "rollBack", except?: SmallMachine): number {
    return this.machines.filter((one) => one !== except && one.countedAs === as).length;
  }

  #switch(machine: SmallMachine, { agentName, version, releaseId }: DesiredEntry): void {
    const due = this.oracle(machine).get(agentName);
    const state = this.#stateOf(releaseId);
    const isRollBack = this.#stateOf(machine.runs.get(agentName)?.releaseId) === "rolledBack";
    if (due?.releaseId !== releaseId || due.version !== version)
      this.violations.push(`${machine.id} changed outside an open stage`);
    if (!isRollBack && (state === "paused" || state === "aborted"))
      this.violations.push(`${machine.id} changed while release ${releaseId} was ${state}`);
    if (this.releases[releaseId - 1]!.breaks) machine.failed.add(releaseId);
    else machine.runs.set(agentName, { version, releaseId });
  }

  #watchMachine({ id, changing }: SmallMachine): void {
    if (changing.has(ifritAgentName) && changing.size > 1)
      this.violations.push(`${id} changes ifrit-agent together with another agent`);
    if (this.#counted("normal") > changingMax) this.violations.push("the cap is exceeded");
  }

  factsFor({ record }: Known) {
    const { stages } = record.plan.clusters[0]!;
    const facts = stages.map(() => stageFacts());
    for (const machine of this.machines) {
      const { agentName, machineTypes } = record.plan;
      const winner = this.oracle(machine).get(agentName);
      const isNewer =
        winner && this.releases[winner.releaseId - 1]!.record.timestampMs > record.timestampMs;
      const stage = facts[this.#firstStage(record, machine)];
      if (isNewer || !stage || !machineTypes.includes(machine.type)) continue;
      stage.targeted += 1;
      const isChanged = machine.runs.get(agentName)?.releaseId === record.id;
      if (machine.failed.has(record.id))
        stage.failed.start_failed = (stage.failed.start_failed ?? 0) + 1;
      else if (machine.dark) stage[isChanged ? "goneDark" : "offline"] += 1;
      else stage[isChanged || isThereFor(machine, record) ? "healthy" : "pending"] += 1;
    }
    return factsOf({
      [clusterId]: clusterFacts(this.nowMs, facts, { machines: this.machines.length }),
    });
  }

  #firstStage({ plan }: ReleaseRecord, machine: SmallMachine): number {
    const percent = batchesOfSlots(ringBatches, ringSaltOf(plan))[machine.slot]!;
    return plan.clusters[0]!.stages.findIndex(
      (stage) =>
        stage.kind === "full" ||
        (stage.kind === "gray" && stage.machineIds.includes(machine.id)) ||
        (stage.kind === "batch" && percent <= stage.upToPercent),
    );
  }
}

function isThere(machine: SmallMachine, entry: DesiredEntry): boolean {
  const runs = machine.runs.get(entry.agentName);
  return runs?.releaseId === entry.releaseId && runs.version === entry.version;
}

/** Nothing is to be removed where nothing is. */
function isThereFor(machine: SmallMachine, { plan }: ReleaseRecord): boolean {
  return plan.version === null && (machine.runs.get(plan.agentName)?.version ?? null) === null;
}
