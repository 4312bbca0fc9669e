import { and, inArray, sql } from "drizzle-orm";
import { agentStateClasses, agentStateCounts } from "../../drizzle/schema/agent-state-counts.ts";
import type { machines } from "../../drizzle/schema/machines.ts";
import type { Transaction } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import { knownBudgets } from "./known-budgets.ts";
import { type CountedState, classOfMachine, classOfState, type StateClass } from "./state-class.ts";

type MachineRow = typeof machines.$inferSelect;
export type CountedChange = { machine: MachineRow; states: readonly CountedState[] };
/** What is to be written to the machine's row, in the same transaction. */
export type Ledger = Pick<MachineRow, "counted" | "countedClasses">;

const rowsPerStatement = 500;

/*
 * INVARIANT: for every counted machine, agent_state_counts holds 1 for each of its countedClasses at
 * its slot, and those are the classes of its rows in machine_agent_states. Only holders of the
 * cluster's flush lease move machines between classes, with the machine's row locked. Whatever else
 * happens to a machine (it is parked, revoked, falls silent, is new) can be read from its own row.
 */

/** Moves machines to the classes of their states; those that are not accepted leave the counts. */
export async function countStates(
  services: Services,
  tx: Transaction,
  changes: readonly CountedChange[],
): Promise<Map<string, Ledger>> {
  // By the transaction: whoever holds rows must not wait for a connection that their waiters hold.
  const budgetOf = await knownBudgets(
    { db: tx, pool: services.pool },
    changes.flatMap(({ states }) => states),
  );
  const ledgers = new Map<string, Ledger>();
  const classes = new Map<number, StateClass>();
  const deltas = new Deltas();
  for (const { machine, states } of changes) {
    const now =
      machine.status === "accepted"
        ? [
            classOfMachine(machine),
            ...states.map((s) => classOfState(machine, s, budgetOf(s.agentName, s.version))),
          ]
        : [];
    for (const id of machine.countedClasses ?? []) deltas.add(id, machine.slot, -1);
    for (const one of now) {
      deltas.add(one.id, machine.slot, 1);
      classes.set(one.id, one);
    }
    const counted = now.length > 0;
    ledgers.set(machine.id, { counted, countedClasses: counted ? now.map(({ id }) => id) : null });
  }
  const moved = deltas.rows();
  await insertClasses(tx, moved, classes);
  await addCounts(tx, moved);
  return ledgers;
}

type CountRow = typeof agentStateCounts.$inferSelect;

class Deltas {
  readonly #bySlot = new Map<string, CountRow>();

  add(classId: number, slot: number, machines: number): void {
    const key = `${classId} ${slot}`;
    const row = this.#bySlot.get(key);
    if (row) row.machines += machines;
    else this.#bySlot.set(key, { classId, slot, machines });
  }

  /** In the order of the key, so that writers never wait for each other in a circle. */
  rows(): CountRow[] {
    return [...this.#bySlot.values()]
      .filter(({ machines }) => machines !== 0)
      .sort((a, b) => a.classId - b.classId || a.slot - b.slot);
  }
}

async function insertClasses(
  tx: Transaction,
  moved: readonly CountRow[],
  classes: ReadonlyMap<number, StateClass>,
): Promise<void> {
  const entered = new Set(moved.flatMap(({ classId }) => classes.get(classId) ?? []));
  for (const part of chunks([...entered].sort((a, b) => a.id - b.id)))
    await tx.insert(agentStateClasses).ignore().values(part);
}

async function addCounts(tx: Transaction, moved: readonly CountRow[]): Promise<void> {
  for (const part of chunks(moved)) {
    await tx
      .insert(agentStateCounts)
      .values(part)
      .onDuplicateKeyUpdate({ set: { machines: sql`machines + VALUES(machines)` } });
    const left = part.filter(({ machines }) => machines < 0);
    if (left.length > 0) await deleteEmpty(tx, left);
  }
}

async function deleteEmpty(tx: Transaction, left: readonly CountRow[]): Promise<void> {
  const keys = left.map(({ classId, slot }) => sql`(${classId}, ${slot})`);
  await tx
    .delete(agentStateCounts)
    .where(
      and(
        inArray(sql`(${agentStateCounts.classId}, ${agentStateCounts.slot})`, keys),
        sql`${agentStateCounts.machines} = 0`,
      ),
    );
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += rowsPerStatement)
    parts.push(items.slice(start, start + rowsPerStatement));
  return parts;
}
