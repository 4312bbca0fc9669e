import { say } from "./say.ts";

const stillEveryMs = 15_000;
const announceAfterMs = 1_500;

/**
 * Runs one step and tells a person how it goes: "✓ name (1.2 s)". A step that takes longer is
 * announced while it runs, so that nobody waits before a silent screen.
 */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const announce = setTimeout(() => say(`… ${name}`), announceAfterMs);
  const still = setInterval(
    () => say(`… ${name}, still at it after ${secondsSince(startedAt)}`),
    stillEveryMs,
  );
  try {
    const result = await work();
    say(`✓ ${name} (${secondsSince(startedAt)})`);
    return result;
  } finally {
    clearTimeout(announce);
    clearInterval(still);
  }
}

export function secondsSince(startedAt: number): string {
  const seconds = (performance.now() - startedAt) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
