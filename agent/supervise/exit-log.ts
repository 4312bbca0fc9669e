import type { ProcessIdentity } from "../platform/process-table.ts";

const keptMax = 1000;

/** Which processes of ours ended well. Only their parent learns that, so it is lost with ifrit-agent's own end. */
export class ExitLog {
  #ended = new Map<string, boolean>();

  note(identity: ProcessIdentity, success: boolean): void {
    this.#ended.set(keyOf(identity), success);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > keptMax && oldest !== undefined) this.#ended.delete(oldest);
  }

  endedWell(identity: ProcessIdentity): boolean {
    return this.#ended.get(keyOf(identity)) === true;
  }
}

function keyOf({ pid, startTicks }: ProcessIdentity): string {
  return `${pid}:${startTicks}`;
}
