import type { MachineType } from "../contract/machine-type.ts";
import type { PresentGroup, PresentQuery } from "./present.ts";

/** A class of reported states, or (isMachine) of all machines of a type and platform. */
export type PresentClass = Pick<PresentGroup, "type" | "platform" | "version" | "failedBefore"> & {
  id: number;
  isMachine: boolean;
};

/** Pure: counts of classes, put right by what is known of single machines. */
export class PresentTally {
  readonly classes: ReadonlyMap<number, PresentClass>;
  readonly #regionsOf: PresentQuery["regionsOf"];
  readonly #machineClasses = new Map<string, PresentClass>();
  readonly #groups = new Map<string, PresentGroup>();

  constructor({ regionsOf }: Pick<PresentQuery, "regionsOf">, classes: readonly PresentClass[]) {
    this.#regionsOf = regionsOf;
    this.classes = new Map(classes.map((one) => [one.id, one]));
    for (const one of classes)
      if (one.isMachine) this.#machineClasses.set(`${one.type} ${one.platform}`, one);
  }

  idsByType(): Map<MachineType, number[]> {
    const byType = new Map<MachineType, number[]>();
    for (const { id, type } of this.classes.values())
      byType.set(type, [...(byType.get(type) ?? []), id]);
    return byType;
  }

  /** Machines of a class, as if they were all online and none held. Who has a state is not without one. */
  addClass(classId: number, slot: number, machines: number): void {
    const one = this.classes.get(classId);
    if (!one) return;
    this.add({ ...groupOf(one), slot, machines });
    const all = this.#machineClasses.get(`${one.type} ${one.platform}`);
    if (!one.isMachine && all) this.add({ ...groupOf(all), slot, machines: -machines });
  }

  /** Counted machines that are offline or held. */
  setApart(group: PresentGroup): void {
    this.add({ ...group, online: true, held: false, machines: -group.machines });
    this.add(group);
  }

  add(group: PresentGroup): void {
    const { type, slot, platform, version, failedBefore, online, held } = group;
    const region = this.#regionsOf(type)[slot]!;
    const key = JSON.stringify([type, region, platform, version, failedBefore, online, held]);
    const known = this.#groups.get(key);
    if (known) known.machines += group.machines;
    else this.#groups.set(key, { ...group });
  }

  /** null: the counts contradict the machines. */
  groups(): PresentGroup[] | null {
    const all = [...this.#groups.values()];
    return all.some(({ machines }) => machines < 0) ? null : all.filter((one) => one.machines > 0);
  }
}

function groupOf({ type, platform, version, failedBefore }: PresentClass) {
  return { type, platform, version, failedBefore, online: true, held: false };
}
