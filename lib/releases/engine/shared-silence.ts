import { type ClusterFacts, reachableOf } from "./facts.ts";
import { logFisherTail } from "./fisher-exact.ts";

/** Fewer machines elsewhere explain nothing. */
const othersMin = 20;
/** ln of the chance from which on a difference between the two may well be none. */
const logOrdinaryChance = Math.log(0.05);

/**
 * How many machines of these stages fell silent lately together with machines that the release has not
 * reached: a rack, a net or a master that cannot keep up, and not the version. All of them, when the
 * exact test finds no more silence in the stages than elsewhere; otherwise none.
 */
export function sharedSilence(
  { stages, silence }: ClusterFacts,
  stageIndexes: readonly number[],
): number {
  if (!silence || silence.others.silent === 0 || silence.others.machines < othersMin) return 0;
  let silent = 0;
  let begun = 0;
  for (const index of stageIndexes) {
    const stage = stages[index]!;
    silent += Math.min(silence.goneDarkLately[index] ?? 0, stage.goneDark);
    begun += reachableOf(stage) - stage.pending;
  }
  if (silent === 0) return 0;
  const { others } = silence;
  const chance = logFisherTail(silent, begun, others.silent, others.machines);
  return chance >= logOrdinaryChance ? silent : 0;
}
