/** A run this long ends a crash loop. */
export const stableRunMs = 60_000;

const baseMs = 1000;
/** With `reconcilerDefaults.tickMs`, after which an end is known at the latest: back within two seconds. */
const firstMaxMs = 250;
const capMs = 300_000;

/** Wait before the n-th restart in a row: the first comes at once, then doubling, half of it jitter. */
export function restartDelayMs(crashes: number, random: () => number): number {
  if (crashes <= 1) return Math.round(random() * firstMaxMs);
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(crashes - 1, 30));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
