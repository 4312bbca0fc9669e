import type { AgentContext } from "../context.ts";
import { readManifest } from "../install/read-manifest.ts";
import type { ActualAgent } from "../plan/actual-agent.ts";
import { errorText } from "../platform/log.ts";
import { payloadDir } from "../supervise/run-environment.ts";
import { findDrift, type SeenFiles } from "./check-version.ts";

/** Every file is read again after so long, even if it looks untouched: disks rot. */
const rereadMs = 24 * 3_600_000;

export interface Drift {
  version: string;
  files: string[];
}

/** Holds the installed files against the package's list on a cycle, and remembers what is wrong until it is repaired. */
export class IntegrityMonitor {
  #seen: SeenFiles = new Map();
  #drifted = new Map<string, Drift>();
  #dueMs = 0;
  #rereadDueMs = 0;
  #checking = false;

  constructor(
    private readonly ctx: AgentContext,
    private readonly intervalMs: number,
    private readonly onDrift: () => void,
  ) {}

  drifted(): ReadonlyMap<string, Drift> {
    return this.#drifted;
  }

  /** The files have been put back. */
  repaired(name: string): void {
    this.#drifted.delete(name);
  }

  /** Begins a check when one is due. It goes on beside everything else, one agent after the other. */
  tick(actual: readonly ActualAgent[], busy: ReadonlySet<string>): void {
    const nowMs = this.ctx.clock.monotonicMs();
    if (this.#checking || nowMs < this.#dueMs) return;
    this.#checking = true;
    if (nowMs >= this.#rereadDueMs) {
      this.#seen.clear();
      this.#rereadDueMs = nowMs + rereadMs;
    }
    const idle = actual.filter((agent) => !busy.has(agent.name) && agent.current !== null);
    this.#checkAll(idle).finally(() => {
      this.#checking = false;
      this.#dueMs =
        this.ctx.clock.monotonicMs() + this.intervalMs * (0.9 + 0.2 * this.ctx.random());
    });
  }

  async #checkAll(agents: readonly ActualAgent[]): Promise<void> {
    for (const { name, current, installed } of agents) {
      const packaged = installed.some((one) => one.version === current?.version);
      if (current === null || !packaged) continue;
      const drift = await this.check(name, current.version).catch((error) => {
        this.ctx.log.warn("the files cannot be checked", { agent: name, error: errorText(error) });
        return null;
      });
      if (drift === null) continue;
      this.ctx.log.warn("files differ from the package", {
        agent: name,
        version: drift.version,
        files: drift.files.slice(0, 5).join(" "),
        count: drift.files.length,
      });
      this.#drifted.set(name, drift);
      this.onDrift();
    }
  }

  async check(name: string, version: string): Promise<Drift | null> {
    const manifest = await readManifest(this.ctx.layout.agent(name), version).catch(() => null);
    if (manifest === null) return { version, files: ["manifest.json"] };
    const files = await findDrift(payloadDir(this.ctx, name, version), manifest, this.#seen);
    return files.length > 0 ? { version, files } : null;
  }
}
