import { setTimeout as sleep } from "node:timers/promises";
import { say } from "../say.ts";
import type { Daemon } from "../system/start-daemon.ts";

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** A daemon that has run for so long is well again: the next end counts as the first. */
const wellAfterMs = 60_000;

export type KeptAlive = { name: string; stop: () => Promise<void> };

/** Starts a daemon and starts it again whenever it ends, ever more slowly, until it is to stop. */
export async function keepAlive(
  name: string,
  start: () => Promise<Daemon>,
  options: { graceMs?: number; afterStop?: () => Promise<void> } = {},
): Promise<KeptAlive> {
  const stopping = new AbortController();
  let daemon = await start();
  const watch = async () => {
    let delayMs = firstDelayMs;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const how = await daemon.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > wellAfterMs) delayMs = firstDelayMs;
      say(`! ${name} ended (${how}); it is started again`);
      const next = await startAgain(name, start, delayMs, stopping.signal);
      if (!next) return;
      daemon = next.daemon;
      delayMs = next.delayMs;
      say(`✓ ${name} runs again`);
    }
  };
  const watching = watch();
  return {
    name,
    stop: async () => {
      stopping.abort();
      await daemon.stop(options.graceMs);
      await watching;
      // A restart that was under way when we were told to stop has brought up a new one.
      await daemon.stop(options.graceMs);
      await options.afterStop?.();
    },
  };
}

async function startAgain(
  name: string,
  start: () => Promise<Daemon>,
  firstDelay: number,
  signal: AbortSignal,
): Promise<{ daemon: Daemon; delayMs: number } | null> {
  for (let delayMs = firstDelay; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    await sleep(delayMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return null;
    try {
      return { daemon: await start(), delayMs: Math.min(delayMs * 2, longestDelayMs) };
    } catch (error) {
      say(`! ${name} could not be started: ${error instanceof Error ? error.message : error}`);
    }
  }
}
