import { AgentVersion } from "@contract/names.ts";
import { z } from "zod";
import type { AgentContext } from "../context.ts";
import { isDiskError, readJson, writeDurably } from "../platform/durable-file.ts";
import { errorText } from "../platform/log.ts";

/** run.json: the process that was started last. */
export const RunRecord = z.object({
  schema: z.literal(1),
  pid: z.number().int().positive(),
  startTicks: z.number().int().nonnegative(),
  bootId: z.string(),
  version: AgentVersion,
  startedAtMs: z.number().int().nonnegative(),
  /** Unwanted exits since the version was started first. */
  restarts: z.number().int().nonnegative(),
  /** Of those, the ones in a row without a stable run between them. */
  crashes: z.number().int().nonnegative(),
  /** The process that was started has ended well and left this one behind: a daemon. */
  daemon: z.boolean().optional(),
  /** The hook afterStart has not run to its end yet. */
  afterStartDue: z.boolean().optional(),
  /** The control group that it was started in. */
  cgroup: z.string().optional(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** Runs that a full or failing disk did not take. What lives in them is found again by its marker. */
export type UnwrittenRuns = Map<string, RunRecord>;

type RunContext = Pick<AgentContext, "layout" | "unwrittenRuns" | "log">;

export async function readRun(ctx: RunContext, name: string): Promise<RunRecord | null> {
  return ctx.unwrittenRuns.get(name) ?? (await readJson(ctx.layout.agent(name).run, RunRecord));
}

/** An agent must come back after a crash even when the disk is full, so this never fails for the disk's sake. */
export async function writeRun(ctx: RunContext, name: string, run: RunRecord): Promise<void> {
  try {
    await writeDurably(ctx.layout.agent(name).run, JSON.stringify(run));
    ctx.unwrittenRuns.delete(name);
  } catch (error) {
    if (!isDiskError(error)) throw error;
    ctx.log.warn("run.json cannot be written", { agent: name, error: errorText(error) });
    ctx.unwrittenRuns.set(name, run);
  }
}
