import { Sequence } from "../contract/release-statement.ts";

/** Room above which a sequence is not believed: a century of seconds ahead of the clock. */
const aheadOfClockMax = 100 * 366 * 86_400;

/**
 * The next sequence of a cluster's director. Machines refuse anything below what they have seen, so
 * it must exceed everything that was ever signed, also when the database comes from a backup and
 * remembers less:
 * - one more than the stored one: the rule on ordinary days, also with several signatures a second
 *   and with a clock that was set back;
 * - seconds since the epoch: more than any sequence of before, provided that no more than one a
 *   second was drawn on the whole and the clock is not behind;
 * - one more than what the fleet has proven (see provenSequence): for when that did not hold.
 * Store it before anything is signed with it. Pure.
 * @param state.stored the last one drawn, from the database; 0: none
 * @param state.fleetFloor the highest that a machine has proven; 0: none
 * @param state.nowMs milliseconds since the epoch
 * @throws RangeError the stored or proven sequence is out of bounds: a person must look at it
 */
export function nextDirectorSequence(state: {
  stored: number;
  fleetFloor: number;
  nowMs: number;
}): number {
  const seconds = Math.floor(state.nowMs / 1000);
  const next = Math.max(state.stored + 1, state.fleetFloor + 1, seconds, 1);
  if (!Sequence.safeParse(next).success || next > seconds + aheadOfClockMax)
    throw new RangeError(
      `the director's sequence would be ${next}: rotate the director key to start anew`,
    );
  return next;
}
