/** So many machines that come again a process bears, per second, while no report can be taken. */
const comingAgainMin = 200;
/** Of those that are taken each second, so many come again: some more than there is room for. */
const comingAgainPerTaken = 1.5;
const secondsMin = 15;
const secondsMax = 300;
const forgetMs = 2 * secondsMax * 1000;

/** Who was refused and has yet to come again, and how fast reports are taken meanwhile. */
export type RefusalPace = {
  outside: Set<string>;
  refusedAtMs: number;
  taken: number;
  takenSinceMs: number;
  takenPerSecond: number;
};

export function newRefusalPace(nowMs: number): RefusalPace {
  const none = { refusedAtMs: nowMs, taken: 0, takenSinceMs: nowMs, takenPerSecond: 0 };
  return { outside: new Set(), ...none };
}

export function noteTaken(pace: RefusalPace, machineId: string, nowMs: number): void {
  measure(pace, nowMs);
  pace.taken += 1;
  pace.outside.delete(machineId);
}

/**
 * Returns after how many seconds a machine that is refused is to come again: so that of all that wait
 * outside about as many come as can be taken. A fleet told to be back in 15 seconds would do nothing but
 * be refused, and leave no time for storing what was taken. After Little's law: as many come per second
 * as wait, divided by how long they wait.
 */
export function noteRefused(pace: RefusalPace, machineId: string, nowMs: number): number {
  measure(pace, nowMs);
  if (nowMs - pace.refusedAtMs > forgetMs) pace.outside.clear();
  pace.refusedAtMs = nowMs;
  pace.outside.add(machineId);
  const comingAgain = Math.max(comingAgainMin, comingAgainPerTaken * pace.takenPerSecond);
  const seconds = Math.ceil(pace.outside.size / comingAgain);
  return Math.min(Math.max(seconds, secondsMin), secondsMax);
}

/** Room comes in gulps, a batch at a time: five seconds of them make a rate. */
const rateMs = 5_000;

function measure(pace: RefusalPace, nowMs: number): void {
  const passedMs = nowMs - pace.takenSinceMs;
  if (passedMs >= 0 && passedMs < rateMs) return;
  pace.takenPerSecond = passedMs > 0 ? (pace.taken / passedMs) * 1000 : 0;
  pace.taken = 0;
  pace.takenSinceMs = nowMs;
}
