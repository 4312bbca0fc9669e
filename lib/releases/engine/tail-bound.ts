/**
 * ln of an upper bound on the chance that, of `drawn` machines, `hits` or more have a property that
 * a machine has with probability `share`: exp(−drawn · KL(hits/drawn ‖ share)). It holds for
 * independent machines and, with the same words, for machines drawn without replacement from a
 * population of which the share has the property (W. Hoeffding, "Probability inequalities for sums
 * of bounded random variables", JASA 58, 1963, theorem 1 and section 6; V. Chvátal, "The tail of the
 * hypergeometric distribution", 1979). A bound, so a test built on it errs to the quiet side.
 */
export function logTailBound(hits: number, drawn: number, share: number): number {
  if (drawn <= 0) return 0;
  const seen = hits / drawn;
  if (seen <= share) return 0;
  if (share <= 0) return Number.NEGATIVE_INFINITY;
  const rest = seen < 1 ? (1 - seen) * Math.log((1 - seen) / (1 - share)) : 0;
  return -drawn * (seen * Math.log(seen / share) + rest);
}
