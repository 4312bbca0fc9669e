import type { ActualAgent } from "./actual-agent.ts";

/** So long after its commit, in clock ticks of 10 ms, a version that keeps failing is still taken back. */
export const trialTicks = 600 * 100;

/** So often it may exit or stop answering meanwhile. */
const faultsMax = 2;

/**
 * A version that passed its watch may still turn out bad: it crashes on its first real work, or answers
 * and then does not. Inside the window the machine goes back by itself instead of restarting it ever
 * more slowly. Without a version to go back to, restarting is all there is.
 */
export function failsTrial(
  { record, current, run, alive }: ActualAgent,
  notLive: boolean,
  bootTicks: number,
): boolean {
  const { trial, previous } = record;
  if (trial == null || previous === null || run === null) return false;
  const onTrial =
    current?.version === trial.version &&
    run.version === trial.version &&
    run.bootId === trial.bootId &&
    bootTicks - trial.startTicks <= trialTicks;
  return onTrial && (!alive || notLive) && run.restarts + 1 > faultsMax;
}
