import { layoutOf } from "../layout.ts";
import { AgentProcess } from "../testing/agent-process.ts";
import { eventually } from "../testing/eventually.ts";
import { FakeMaster } from "../testing/fake-master.ts";
import { GuardProcess } from "../testing/guard-process.ts";

/** What kill -9 hits: ifrit-agent alone, its guard alone, or both as when a machine loses its service. */
export const victims = ["agent", "guard", "both"] as const;
export type Victim = (typeof victims)[number];

/** A machine with guard and ifrit-agent as they are installed, against a master that signs. */
export class CrashWorld implements AsyncDisposable {
  #guard!: GuardProcess;
  /** Of guards that were killed: a worker may have outlived them. */
  #former: GuardProcess[] = [];

  private constructor(
    readonly master: Awaited<ReturnType<typeof FakeMaster.signing>>,
    readonly agent: AgentProcess,
    readonly program: string,
  ) {
    this.startGuard();
  }

  static async create(program: string): Promise<CrashWorld> {
    const master = await FakeMaster.signing();
    return new CrashWorld(master, await AgentProcess.enrolled(master), program);
  }

  get layout() {
    return layoutOf(this.agent.root);
  }

  startGuard(): void {
    const command = [`${this.program}/ifrit-agent`, "guard", "--root", this.agent.root];
    this.#guard = new GuardProcess(this.agent.root, command, {
      IFRIT_GUARD_TRIAL_SECONDS: "30",
    });
  }

  /** Kills, and starts again what a service manager would. Says whether there was anything to kill. */
  async kill(victim: Victim): Promise<boolean> {
    const workers = await this.#workers();
    if (victim === "agent") {
      for (const pid of workers) signal(pid);
      return workers.length > 0;
    }
    await this.#guard.stop("SIGKILL");
    if (victim === "both") for (const pid of workers) signal(pid);
    this.#former.push(this.#guard);
    this.startGuard();
    return true;
  }

  /** Programs of ifrit-agent on this root. */
  async #workers(): Promise<number[]> {
    const found: number[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
      if (command.includes(`\0--root\0${this.agent.root}\0`) && command.includes("ifrit-agent.js"))
        found.push(Number(name));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#guard.stop("SIGKILL").catch(() => {});
    for (const guard of [this.#guard, ...this.#former]) await guard[Symbol.asyncDispose]();
    for (const pid of await this.#workers()) signal(pid);
    await eventually("no worker is left", async () => (await this.#workers()).length === 0);
    await this.agent[Symbol.asyncDispose]();
    await this.master[Symbol.asyncDispose]();
  }
}

function signal(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
