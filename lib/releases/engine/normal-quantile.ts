/**
 * A z that a standard normal value exceeds with a chance of at most `exp(logChance)`; for chances
 * of 0.16 and less. Mills' ratio: P(Z > z) < φ(z)/z, solved for z by bisection, so the z is never
 * too small and, below 1e-4, too large by less than 0.03.
 */
export function upperNormalZ(logChance: number): number {
  let low = 1;
  let high = 40;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (logOfBound(middle) > logChance) low = middle;
    else high = middle;
  }
  return high;
}

const logOfBound = (z: number) => -(z * z) / 2 - Math.log(z * Math.sqrt(2 * Math.PI));
