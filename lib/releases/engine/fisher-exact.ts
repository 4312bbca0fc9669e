/**
 * ln of the chance that `hits` or more of the machines that have a property fall among `drawn`
 * machines, when `otherHits` of `others` have it too and the groups do not differ: the one-sided
 * exact test of a two-by-two table (R. A. Fisher, "On the interpretation of χ² from contingency
 * tables", JRSS 85, 1922). Never above its nominal level, for groups of any size.
 */
export function logFisherTail(
  hits: number,
  drawn: number,
  otherHits: number,
  others: number,
): number {
  const all = hits + otherHits;
  const largest = Math.min(all, drawn);
  const first =
    logChoose(drawn, hits) + logChoose(others, otherHits) - logChoose(drawn + others, all);
  let term = 1;
  let sum = 1;
  for (let k = hits; k < largest && term > sum * 1e-12; k += 1) {
    term *= ((drawn - k) * (all - k)) / ((k + 1) * (others - all + k + 1));
    sum += term;
  }
  return Math.min(0, first + Math.log(sum));
}

function logChoose(from: number, count: number): number {
  return logFactorial(from) - logFactorial(count) - logFactorial(from - count);
}

/** Stirling's series; exact below its reach. */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let factor = 2; factor <= n; factor += 1) sum += Math.log(factor);
    return sum;
  }
  const series = 1 / (12 * n) - 1 / (360 * n ** 3);
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series;
}
