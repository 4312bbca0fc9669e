const tickMs = 10;
/** A tick that comes later than this was held up: so much of it counts. */
const tickMsMax = 30;

/**
 * A clock that starts now and runs so many times as fast: a master and a fleet on it live minutes in
 * seconds. On a machine that is too busy it goes slower instead of leaving both behind.
 */
export function fastClock(timesFaster: number): () => number {
  let nowMs = Date.now();
  let before = performance.now();
  const tick = () => {
    const at = performance.now();
    nowMs += Math.min(at - before, tickMsMax) * timesFaster;
    before = at;
  };
  setInterval(tick, tickMs).unref();
  return () => Math.round(nowMs);
}
