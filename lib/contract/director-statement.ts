import { z } from "zod";
import { MachineType } from "./machine-type.ts";
import { ClusterId, MachineId, Sha256 } from "./names.ts";
import { Sequence } from "./release-statement.ts";
import { type Bytes, decodeBase64, encodeBase64 } from "./verify-encoding.ts";

/*
 * What a cluster's master says, with its director key. Three kinds:
 *   document    these bytes are the desired state of these machines      (TUF: targets)
 *   freshness   the newest documents have this sequence, until then      (TUF: timestamp + snapshot)
 *   anchor      the answer to one machine's question: this is my time    (Chrome's CUP: a nonce)
 * Documents and freshness draw their sequences from one counter per cluster, see
 * lib/signing/director-sequence.ts. All documents of a composition carry one sequence, and
 * freshness names it: an old document beside new freshness does not pass.
 */

const Milliseconds = z.number().int().nonnegative().max(8.64e15);

/** Slots of the ring, as machines are hashed to them. */
export const slotSetSlots = 16_384;

/** A set of slots: 2,048 bytes in base64, slot n is bit n mod 8 of byte n div 8. */
export const SlotSet = z.string().length(2_732);

export const Audience = z.discriminatedUnion("kind", [
  /** All machines of a type, or those of some slots. A machine that gray entries name is not meant. */
  z.object({ kind: z.literal("class"), machineType: MachineType, slots: SlotSet.nullable() }),
  z.object({ kind: z.literal("machine"), machineType: MachineType, machineId: MachineId }),
]);
export type Audience = z.infer<typeof Audience>;

export const DocumentStatement = z.object({
  schema: z.literal(1),
  clusterId: ClusterId,
  audience: Audience,
  sequence: Sequence,
  /** Of the document's exact bytes. */
  sha256: Sha256,
});
export type DocumentStatement = z.infer<typeof DocumentStatement>;

/** A freshness statement may hold this long: the longest that old news can be passed off as new. */
export const freshnessLifetimeMsMax = 7 * 86_400_000;

export const FreshnessStatement = z
  .object({
    schema: z.literal(1),
    clusterId: ClusterId,
    sequence: Sequence,
    /** The sequence that every current document of the cluster carries. */
    documentSequence: Sequence,
    /** Of the whole composition: a master checks with it what it loads from a cache. */
    compositionSha256: Sha256,
    /** Milliseconds since the epoch, by the master's clock. */
    issuedAtMs: Milliseconds,
    expiresAtMs: Milliseconds,
  })
  .refine((one) => one.documentSequence <= one.sequence, "documents newer than the statement")
  .refine((one) => one.expiresAtMs > one.issuedAtMs, "expires before it is issued")
  .refine((one) => one.expiresAtMs - one.issuedAtMs <= freshnessLifetimeMsMax, "holds too long");
export type FreshnessStatement = z.infer<typeof FreshnessStatement>;

export const AnchorStatement = z.object({
  schema: z.literal(1),
  clusterId: ClusterId,
  machineId: MachineId,
  machineType: MachineType,
  /** The machine's place on the ring. */
  slot: z
    .number()
    .int()
    .min(0)
    .max(slotSetSlots - 1),
  /** Of the token request that it answers: machines never use one twice, so it is a nonce. */
  counter: z.number().int().positive(),
  /** The newest freshness statement that the master knew of; 0: none yet. */
  freshnessSequence: z.number().int().nonnegative(),
  /** Milliseconds since the epoch, by the master's clock. */
  issuedAtMs: Milliseconds,
});
export type AnchorStatement = z.infer<typeof AnchorStatement>;

/** @throws RangeError a slot that the ring does not have */
export function slotSetOf(slots: Iterable<number>): string {
  const bits = new Uint8Array(slotSetSlots / 8);
  for (const slot of slots) {
    if (!Number.isInteger(slot) || slot < 0 || slot >= slotSetSlots)
      throw new RangeError(`there is no slot ${slot}`);
    bits[slot >> 3]! |= 1 << (slot & 7);
  }
  return encodeBase64(bits);
}

/** false also for a set that cannot be read. */
export function slotSetHas(set: string, slot: number): boolean {
  const bits: Bytes | null = decodeBase64(set);
  return bits !== null && ((bits[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0;
}
