import xxhash from "xxhash-wasm";

/** A machine's place on the ring. Stored on the machine and carried in its token: never change it. */
export const slotCount = 16_384;

const { h64 } = await xxhash();

/** xxh64(machine id) mod 16384. */
export function slotOf(machineId: string): number {
  return Number(h64(machineId) % BigInt(slotCount));
}
