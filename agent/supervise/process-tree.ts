import type { ProcessIdentity, ProcessStat } from "../platform/process-table.ts";

type Related = "parentPid" | "groupId" | "sessionId";

/** One reading of all processes, arranged so that finding each agent's own does not look at all of them again. */
export class ProcessTree {
  readonly #byPid = new Map<number, ProcessStat>();
  readonly #related: Record<Related, Map<number, ProcessStat[]>> = {
    parentPid: new Map(),
    groupId: new Map(),
    sessionId: new Map(),
  };

  constructor(all: readonly ProcessStat[]) {
    for (const one of all) {
      this.#byPid.set(one.pid, one);
      this.#relate(one, "parentPid");
      this.#relate(one, "groupId");
      this.#relate(one, "sessionId");
    }
  }

  #relate(one: ProcessStat, how: Related): void {
    const others = this.#related[how].get(one[how]);
    if (others === undefined) this.#related[how].set(one[how], [one]);
    else others.push(one);
  }

  /**
   * The living processes that belong together. A group or session number counts only while its leader's
   * pid has not been taken by a process that started later than the leader did.
   */
  familyOf(leader: ProcessIdentity | null, marked: Iterable<number> = []): ProcessStat[] {
    const family = new Set<number>(marked);
    const now = leader === null ? undefined : this.#byPid.get(leader.pid);
    if (leader !== null && (now === undefined || now.startTicks === leader.startTicks)) {
      if (now !== undefined) family.add(now.pid);
      for (const one of this.#related.groupId.get(leader.pid) ?? []) family.add(one.pid);
      for (const one of this.#related.sessionId.get(leader.pid) ?? []) family.add(one.pid);
    }
    // A set hands out what is added to it on the way.
    for (const pid of family)
      for (const child of this.#related.parentPid.get(pid) ?? []) family.add(child.pid);
    return this.living(family);
  }

  living(pids: Iterable<number>): ProcessStat[] {
    return [...pids].sort((a, b) => a - b).flatMap((pid) => this.#living(pid));
  }

  #living(pid: number): ProcessStat[] {
    const one = this.#byPid.get(pid);
    return one === undefined || one.state === "Z" || one.state === "X" ? [] : [one];
  }
}
