import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { MachineType } from "../contract/machine-type.ts";
import { slotCount } from "../desired-state/slot.ts";
import type { OutcomeQuery } from "./outcome.ts";

type RegionQuery = Pick<OutcomeQuery, "machineTypes" | "regionsOf">;

const oneRegion = new Uint8Array(slotCount);

/** Nobody asks where on the ring. */
export const allOneRegion = () => oneRegion;

export function regionOf({ regionsOf }: RegionQuery, type: MachineType, slot: number): number {
  return regionsOf ? regionsOf(type)[slot]! : slot;
}

/** The same in SQL: a slot's byte in a string of 16 KB. MariaDB looks it up without copying it. */
export function regionColumn(
  { machineTypes, regionsOf }: RegionQuery,
  type: SQLWrapper,
  slot: SQLWrapper,
): SQL {
  if (!regionsOf) return sql`${slot}`;
  const maps = machineTypes.map((one) => ({ type: one, bytes: Buffer.from(regionsOf(one)) }));
  const [first] = maps;
  const map = maps.every(({ bytes }) => bytes.equals(first!.bytes))
    ? sql`${first!.bytes}`
    : sql`CASE ${type} ${sql.join(
        maps.map(({ type: one, bytes }) => sql`WHEN ${one} THEN ${bytes}`),
        sql` `,
      )} END`;
  return sql`ORD(SUBSTRING(${map}, ${slot} + 1, 1))`;
}
