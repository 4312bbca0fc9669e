import type { Logger } from "./log.ts";

export type Job = {
  name: string;
  intervalMs: number;
  run: () => Promise<unknown>;
};

export type Scheduler = {
  /** Runs a job now, or right after its present run. */
  wake: (name: string) => void;
  /** No further runs; resolves when those at work have ended. */
  stop: () => Promise<void>;
};

type Running = {
  job: Job;
  timer: NodeJS.Timeout | null;
  work: Promise<void> | null;
  again: boolean;
  /** In a row. */
  failures: number;
};

/** ± 20 %, so that many processes do not work in step. */
const jitterShare = 0.2;

/**
 * Runs jobs on their intervals. Runs of one job never overlap; a job that fails is logged and runs
 * again at its next turn.
 */
export function startScheduler(jobs: readonly Job[], log: Logger): Scheduler {
  const all = jobs.map(
    (job): Running => ({
      job,
      timer: null,
      work: null,
      again: false,
      failures: 0,
    }),
  );
  let stopped = false;

  const schedule = (running: Running, delayMs: number) => {
    if (stopped) return;
    if (running.timer) clearTimeout(running.timer);
    running.timer = setTimeout(() => start(running), delayMs);
  };
  const start = (running: Running) => {
    if (stopped) return;
    if (running.work) {
      running.again = true;
      return;
    }
    running.again = false;
    running.work = runLogged(running, log).finally(() => {
      running.work = null;
      schedule(running, running.again ? 0 : jittered(running.job.intervalMs));
    });
  };

  for (const running of all)
    schedule(running, Math.random() * running.job.intervalMs * jitterShare);
  return {
    wake(name) {
      for (const running of all) if (running.job.name === name) start(running);
    },
    async stop() {
      stopped = true;
      for (const running of all) if (running.timer) clearTimeout(running.timer);
      await Promise.all(all.map((running) => running.work));
    },
  };
}

function jittered(intervalMs: number): number {
  return intervalMs * (1 - jitterShare + Math.random() * 2 * jitterShare);
}

async function runLogged(running: Running, log: Logger): Promise<void> {
  const { name, run } = running.job;
  try {
    await run();
    if (running.failures > 0)
      log.info({ job: name, failures: running.failures }, "job works again");
    running.failures = 0;
  } catch (error) {
    running.failures += 1;
    // A store that is away fails a job every second: the 1st, 2nd, 4th, 8th … time is enough.
    if (Number.isInteger(Math.log2(running.failures)))
      log.error({ err: explain(error), job: name, failures: running.failures }, "job failed");
  }
}

/** drizzle's errors carry statement and parameters; the cause says what happened. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
