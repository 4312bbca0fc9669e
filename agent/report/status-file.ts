import { AgentState } from "@contract/agent-state.ts";
import { z } from "zod";
import type { AgentContext } from "../context.ts";
import { Bell } from "../platform/bell.ts";
import { errorText } from "../platform/log.ts";
import { TrustStatus } from "../trust/describe-trust.ts";
import { ifritAgentVersion } from "../version.ts";

/** status.json: what `ifrit-agent status` shows. Written by the running ifrit-agent; nothing depends on it. */
export const AgentStatus = z.object({
  schema: z.literal(1),
  version: z.string(),
  pid: z.number(),
  machineId: z.string(),
  clusterId: z.string().nullable(),
  enrollment: z.string(),
  writtenAtMs: z.number(),
  lastCheckInAtMs: z.number().nullable(),
  checkInFailures: z.number(),
  lastError: z.string().nullable(),
  changesAllowed: z.boolean(),
  blockedBecause: z.string().nullable(),
  trust: TrustStatus.optional(),
  agents: z.array(AgentState),
});
export type AgentStatus = z.infer<typeof AgentStatus>;

interface StatusSource {
  states: readonly AgentState[];
  health: { failures: number; lastError: string | null; lastSuccessAtMs: number | null };
  grant: { allowed: boolean; reason: string | null };
  enrollment: string;
  clusterId: string | null;
  trust: TrustStatus;
}

const gapMs = 1000;
const idleMs = 60_000;

export class StatusFile {
  #bell = new Bell();
  #written = "";

  constructor(
    private readonly ctx: AgentContext,
    private readonly machineId: string,
    private readonly source: () => StatusSource,
  ) {}

  wake(): void {
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#bell.wait(this.ctx.clock, idleMs, signal);
      await this.#write().catch((error) =>
        this.ctx.log.warn("status.json cannot be written", { error: errorText(error) }),
      );
      await this.ctx.clock.sleep(gapMs, signal);
    }
  }

  async #write(): Promise<void> {
    const text = JSON.stringify(this.#status(), null, 1);
    const comparable = text.replace(/"writtenAtMs": \d+/, "");
    if (comparable === this.#written) return;
    const path = this.ctx.layout.status;
    await Deno.writeTextFile(`${path}.tmp`, text, { mode: 0o600 });
    await Deno.rename(`${path}.tmp`, path);
    this.#written = comparable;
  }

  #status(): AgentStatus {
    const { states, health, grant, enrollment, clusterId, trust } = this.source();
    return {
      schema: 1,
      version: ifritAgentVersion,
      pid: Deno.pid,
      machineId: this.machineId,
      clusterId,
      enrollment,
      writtenAtMs: Math.round(this.ctx.clock.wallMs()),
      lastCheckInAtMs: health.lastSuccessAtMs,
      checkInFailures: health.failures,
      lastError: health.lastError,
      changesAllowed: grant.allowed,
      blockedBecause: grant.reason,
      trust,
      agents: [...states],
    };
  }
}
