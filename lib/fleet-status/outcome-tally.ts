import type { FailureReason } from "../contract/agent-state.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Platform } from "../contract/platform.ts";
import type { Outcome, OutcomeGroup, OutcomeQuery } from "./outcome.ts";
import { regionOf } from "./regions.ts";

type Standing = { outcome: Outcome; reason: FailureReason | null };

export type CountedClass = Standing & {
  id: number;
  type: MachineType;
  platform: Platform;
  /** The class of all machines of a type and platform; its outcome is that of one without the agent. */
  isMachine: boolean;
  restarted: boolean;
  /** Whether its machines exceed the budget was judged by another one. */
  otherBudget: boolean;
};

type Sum = { slot: number; machines: number };

/** Pure: puts together what the counts say with what is known of single machines. */
export class OutcomeTally {
  readonly classes: ReadonlyMap<number, CountedClass>;
  readonly #query: OutcomeQuery;
  /** By class, then region. */
  readonly #sums = new Map<number, Map<number, Sum>>();
  readonly #groups = new Map<string, OutcomeGroup>();

  constructor(query: OutcomeQuery, classes: readonly CountedClass[]) {
    this.#query = query;
    this.classes = new Map(classes.map((one) => [one.id, one]));
  }

  idsByType(): Map<MachineType, number[]> {
    const byType = new Map<MachineType, number[]>();
    for (const { id, type } of this.classes.values())
      byType.set(type, [...(byType.get(type) ?? []), id]);
    return byType;
  }

  addSum({ classId, slot, machines }: Sum & { classId: number }): void {
    const { type } = this.classes.get(classId)!;
    const region = regionOf(this.#query, type, slot);
    const ofClass = this.#sums.get(classId) ?? new Map<number, Sum>();
    this.#sums.set(classId, ofClass);
    const sum = ofClass.get(region);
    if (sum) sum.machines += machines;
    else ofClass.set(region, { slot, machines });
  }

  removeMachine(slot: number, ids: readonly number[]): void {
    for (const id of ids)
      if (this.classes.has(id)) this.addSum({ classId: id, slot, machines: -1 });
  }

  hasOtherBudget(): boolean {
    return [...this.#sums].some(
      ([id, sums]) =>
        this.classes.get(id)!.otherBudget && [...sums.values()].some((sum) => sum.machines !== 0),
    );
  }

  /** What the states leave of a type and platform has no state of the agent. */
  foldClasses(): void {
    const machineClasses = new Map<string, number>();
    for (const { id, type, platform, isMachine } of this.classes.values())
      if (isMachine) machineClasses.set(`${type} ${platform}`, id);
    const states = [...this.#sums].filter(([id]) => !this.classes.get(id)!.isMachine);
    for (const [id, sums] of states) {
      const one = this.classes.get(id)!;
      const machineClass = machineClasses.get(`${one.type} ${one.platform}`);
      for (const { slot, machines } of sums.values()) {
        this.add({ ...one, slot, machines, restarted: one.restarted ? machines : 0 }, 1);
        if (machineClass !== undefined)
          this.addSum({ classId: machineClass, slot, machines: -machines });
      }
    }
    for (const id of machineClasses.values())
      for (const sum of this.#sums.get(id)?.values() ?? [])
        this.add({ ...this.classes.get(id)!, ...sum, restarted: 0 }, 1);
  }

  move(group: Omit<OutcomeGroup, keyof Standing> & { was: Standing; is: Standing }): void {
    const { was, is, ...counts } = group;
    this.add({ ...counts, ...was }, -1);
    this.add({ ...counts, ...is }, 1);
  }

  add(group: OutcomeGroup, sign: 1 | -1): void {
    const { type, slot, outcome, reason } = group;
    const key = `${type} ${regionOf(this.#query, type, slot)} ${outcome} ${reason}`;
    const held = this.#groups.get(key) ?? {
      type,
      slot,
      outcome,
      reason,
      machines: 0,
      restarted: 0,
    };
    this.#groups.set(key, held);
    held.machines += sign * group.machines;
    held.restarted += sign * group.restarted;
  }

  /** null: the counts contradict the machines. */
  groups(): OutcomeGroup[] | null {
    const all = [...this.#groups.values()];
    const isWrong = all.some(({ machines, restarted }) => restarted < 0 || machines < restarted);
    return isWrong ? null : all.filter(({ machines }) => machines > 0);
  }
}
