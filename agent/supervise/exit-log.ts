import type { ProcessIdentity } from "../platform/process-table.ts";

const keptMax = 1000;

type Fate = "running" | "endedWell" | "endedBadly";

/** What became of the processes that this ifrit-agent started. Only their parent learns that, so it ends with us. */
export class ExitLog {
  #fates = new Map<string, Fate>();

  began(identity: ProcessIdentity): void {
    this.#set(identity, "running");
  }

  ended(identity: ProcessIdentity, success: boolean): void {
    this.#set(identity, success ? "endedWell" : "endedBadly");
  }

  /** Its end will be told to us; nobody needs to look whether it still lives. */
  isOwn(identity: ProcessIdentity): boolean {
    return this.#fates.get(keyOf(identity)) === "running";
  }

  /** Null: it was not started by this ifrit-agent, or has not ended yet as far as we were told. */
  endedWell(identity: ProcessIdentity): boolean | null {
    const fate = this.#fates.get(keyOf(identity));
    return fate === undefined || fate === "running" ? null : fate === "endedWell";
  }

  #set(identity: ProcessIdentity, fate: Fate): void {
    const key = keyOf(identity);
    this.#fates.delete(key);
    this.#fates.set(key, fate);
    const [oldest] = this.#fates.keys();
    if (this.#fates.size > keptMax && oldest !== undefined) this.#fates.delete(oldest);
  }
}

function keyOf({ pid, startTicks }: ProcessIdentity): string {
  return `${pid}:${startTicks}`;
}
