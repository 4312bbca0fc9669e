import { and, eq, gte, inArray, lt, sql } from "drizzle-orm";
import { agentStateClasses, agentStateCounts } from "../../drizzle/schema/agent-state-counts.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { Database, Transaction } from "../platform/database.ts";
import { type Lease, requireLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { type HeldState, readHeldStates } from "./held-states.ts";
import { knownBudgets } from "./known-budgets.ts";
import { classOfMachine, classOfState, type StateClass } from "./state-class.ts";

export type SlotRange = { from: number; to: number };
export type Recount = {
  /** Counted machines that were looked at. */
  machines: number;
  /** Of them, those that were counted under other classes than their states'. */
  moved: number;
  /** Counts that differed from the machines'. */
  corrected: number;
};

type Row = Pick<
  typeof machines.$inferSelect,
  "id" | "clusterId" | "type" | "platform" | "slot" | "status" | "countedClasses"
>;

const rowsPerStatement = 500;

/**
 * Counts the machines of some slots anew, from their states, and puts right what differs: the machines'
 * lists of classes, and agent_state_counts. Under the cluster's flush lease, since only its holder
 * counts; the caller sees to it that this process does not flush the cluster meanwhile.
 */
export async function recountSlots(
  services: Services,
  lease: Lease,
  clusterId: string,
  slots: SlotRange,
): Promise<Recount> {
  return services.db.transaction(async (tx) => {
    await requireLease(tx, lease);
    const rows = await readCounted(tx, clusterId, slots);
    const { moved, classes } = await classify(services, tx, rows);
    await moveMachines(tx, moved);
    for (const { id, to } of moved) rows.get(id)!.countedClasses = to;
    const wrong = differences(await readCounts(tx, clusterId, slots), countsOf(rows.values()));
    await insertClasses(tx, wrong, classes);
    await correctCounts(tx, wrong);
    return { machines: rows.size, moved: moved.length, corrected: wrong.length };
  });
}

/** A range of machines_cluster_type_slot_idx for each type. */
async function readCounted(tx: Transaction, clusterId: string, { from, to }: SlotRange) {
  const { id, type, platform, slot, status, countedClasses } = machines;
  const rows: Row[] = await tx
    .select({
      ...{ id, clusterId: machines.clusterId, type, platform, slot, status },
      countedClasses,
    })
    .from(machines)
    .where(
      and(
        ...[eq(machines.clusterId, clusterId), eq(machines.counted, true)],
        ...[gte(machines.slot, from), lt(machines.slot, to)],
      ),
    );
  return new Map(rows.map((row) => [row.id, row]));
}

type Moved = { id: string; to: number[] };

/** Machines that are no longer accepted stay as they were counted: whoever settles takes them out. */
async function classify(services: Services, tx: Transaction, rows: ReadonlyMap<string, Row>) {
  const accepted = [...rows.values()].filter(({ status }) => status === "accepted");
  const moved: Moved[] = [];
  const classes = new Map<number, StateClass>();
  for (const part of chunks(accepted)) {
    const held = byMachine(
      await readHeldStates(
        tx,
        part.map(({ id }) => id),
      ),
    );
    const states = [...held.values()].flat();
    const budgetOf = await knownBudgets({ db: tx, pool: services.pool }, states);
    for (const machine of part) {
      const own = [
        classOfMachine(machine),
        ...(held.get(machine.id) ?? []).map((state) =>
          classOfState(machine, state, budgetOf(state.agentName, state.version)),
        ),
      ];
      for (const one of own) classes.set(one.id, one);
      const to = own.map(({ id }) => id);
      if (!sameIds(to, machine.countedClasses ?? [])) moved.push({ id: machine.id, to });
    }
  }
  return { moved, classes };
}

function byMachine(states: readonly HeldState[]): Map<string, HeldState[]> {
  const held = new Map<string, HeldState[]>();
  for (const state of states)
    held.set(state.machineId, [...(held.get(state.machineId) ?? []), state]);
  return held;
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  const sorted = [...b].sort((x, y) => x - y);
  return a.length === b.length && [...a].sort((x, y) => x - y).every((id, at) => id === sorted[at]);
}

async function moveMachines(tx: Transaction, moved: readonly Moved[]): Promise<void> {
  for (const { id, to } of moved)
    await tx.update(machines).set({ countedClasses: to }).where(eq(machines.id, id));
}

/** By class and slot: "class slot". */
type Counts = Map<string, number>;

function countsOf(rows: Iterable<Row>): Counts {
  const counts: Counts = new Map();
  for (const { slot, countedClasses } of rows)
    for (const id of countedClasses ?? [])
      counts.set(`${id} ${slot}`, (counts.get(`${id} ${slot}`) ?? 0) + 1);
  return counts;
}

async function readCounts(
  tx: Pick<Database, "select">,
  clusterId: string,
  { from, to }: SlotRange,
): Promise<Counts> {
  const { classId, slot, machines: count } = agentStateCounts;
  const rows = await tx
    .select({ classId, slot, machines: count })
    .from(agentStateCounts)
    .innerJoin(agentStateClasses, eq(agentStateClasses.id, classId))
    .where(and(eq(agentStateClasses.clusterId, clusterId), gte(slot, from), lt(slot, to)));
  return new Map(rows.map((row) => [`${row.classId} ${row.slot}`, row.machines]));
}

type Difference = { classId: number; slot: number; machines: number };

function differences(is: Counts, should: Counts): Difference[] {
  return [...new Set([...is.keys(), ...should.keys()])]
    .filter((key) => is.get(key) !== should.get(key))
    .map((key) => {
      const [classId, slot] = key.split(" ").map(Number) as [number, number];
      return { classId, slot, machines: should.get(key) ?? 0 };
    })
    .sort((a, b) => a.classId - b.classId || a.slot - b.slot);
}

/** A class whose row is missing counts for nothing: facts begin with the rows. */
async function insertClasses(
  tx: Transaction,
  wrong: readonly Difference[],
  classes: ReadonlyMap<number, StateClass>,
): Promise<void> {
  const named = new Set(wrong.flatMap(({ classId }) => classes.get(classId) ?? []));
  for (const part of chunks([...named])) await tx.insert(agentStateClasses).ignore().values(part);
}

async function correctCounts(tx: Transaction, wrong: readonly Difference[]): Promise<void> {
  for (const part of chunks(wrong.filter(({ machines }) => machines > 0)))
    await tx
      .insert(agentStateCounts)
      .values(part)
      .onDuplicateKeyUpdate({ set: { machines: sql`VALUES(machines)` } });
  const { classId, slot } = agentStateCounts;
  for (const part of chunks(wrong.filter(({ machines }) => machines === 0)))
    await tx.delete(agentStateCounts).where(
      inArray(
        sql`(${classId}, ${slot})`,
        part.map((one) => sql`(${one.classId}, ${one.slot})`),
      ),
    );
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += rowsPerStatement)
    parts.push(items.slice(start, start + rowsPerStatement));
  return parts;
}
