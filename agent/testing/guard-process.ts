import { layoutOf } from "../layout.ts";
import { fromFileUrl } from "./from-file-url.ts";

export const guardScript = fromFileUrl("../service/ifrit-guard.sh", import.meta.url);

/** A real guard over programs that a test has put into the root. */
export class GuardProcess implements AsyncDisposable {
  #child: Deno.ChildProcess;

  constructor(
    readonly root: string,
    command: readonly string[],
    env: Record<string, string> = {},
  ) {
    const quiet = Deno.env.get("IFRIT_TEST_LOG") ? "inherit" : "null";
    const [program = "", ...args] = command;
    this.#child = new Deno.Command(program, {
      args,
      env: {
        IFRIT_GUARD_SETTLE_SECONDS: "2",
        IFRIT_GUARD_TRIAL_SECONDS: "4",
        IFRIT_GUARD_WATCH_SECONDS: "1",
        NO_COLOR: "1",
        ...env,
      },
      detached: true,
      stdin: "null",
      stdout: quiet,
      stderr: quiet,
    }).spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get layout() {
    return layoutOf(this.root);
  }

  async stop(signal: Deno.Signal = "SIGTERM"): Promise<Deno.CommandStatus> {
    this.#child.kill(signal);
    return await this.#child.status;
  }

  /** Ends the guard and whatever is left in its session. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      Deno.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
    await this.#child.status;
  }
}
