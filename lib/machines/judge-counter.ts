/** Twice within so long is more than somebody who restores a machine does. */
export const alternatingMs = 2 * 3_600_000;

export type CounterVerdict = "raised" | "wentBack" | "stillBack" | "alternates";

type Known = {
  tokenCounter: number;
  tokenInstance: string;
  /** When it last got a token. */
  tokenAtMs: number;
  counterWentBackAtMs: number;
};

/**
 * A counter that does not exceed the last one. Of another process: a disk that was put back, or a copy
 * of it, which its check-ins will tell (note-odd-process.ts). Of the very same process: its memory
 * was put back, or there are two of it. One that was put back catches up, and gets its next token as ever;
 * of two each puts the other one back, again and again.
 */
export function judgeCounter(
  known: Known,
  asked: { counter: number; instance: string },
  nowMs: number,
): CounterVerdict {
  if (asked.counter > known.tokenCounter) return "raised";
  const { counterWentBackAtMs, tokenAtMs } = known;
  // It still asks with what it has: no token was given since it went back.
  if (counterWentBackAtMs > tokenAtMs) return "stillBack";
  const isSame = asked.instance !== "" && asked.instance === known.tokenInstance;
  const wasBackLately = counterWentBackAtMs > 0 && nowMs - counterWentBackAtMs <= alternatingMs;
  return isSame && wasBackLately ? "alternates" : "wentBack";
}
