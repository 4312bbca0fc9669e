/**
 * Whether the guard that started this ifrit-agent was killed and another one has begun in its place.
 * As long as none has, ifrit-agent goes on without one: nobody else would keep the agents alive. Once
 * there is one, only what that one started may run, or no version could be tried any more.
 */
export class GuardWatch {
  readonly #own: number;
  #isSure = false;

  constructor(
    /** Names the pid of the latest guard; missing where there is none. */
    private readonly path: string,
    private readonly parentPid: () => number = () => Deno.ppid,
  ) {
    this.#own = parentPid();
  }

  async isReplaced(): Promise<boolean> {
    // While our guard lives no other counts. At the start it may have been gone already.
    if (this.#isSure && this.parentPid() === this.#own) return false;
    this.#isSure = true;
    const pid = Number(await Deno.readTextFile(this.path).catch(() => ""));
    return pid > 0 && pid !== this.#own;
  }
}
