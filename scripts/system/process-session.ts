import { readdirSync, readFileSync } from "node:fs";
import { identifyProcess, isSameProcess, type ProcessIdentity } from "./process-identity.ts";
import { stopProcess } from "./stop-process.ts";

/**
 * Ends what a daemon has left behind in its session: it may have been killed before it could stop its
 * own children. A session's number is not given to anybody else while it has members.
 */
export async function endSession(
  leader: ProcessIdentity,
  graceMs: number,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  const members = sessionMembers(leader);
  await Promise.all(members.map((member) => stopProcess(member, graceMs, signal)));
}

/** The living processes of the session that this process has (or had) led, without itself. */
export function sessionMembers(leader: ProcessIdentity): ProcessIdentity[] {
  const here = identifyProcess(process.pid);
  if (process.platform !== "linux" || bootOf(leader) !== (here && bootOf(here))) return [];
  const successor = identifyProcess(leader.pid);
  if (successor && !isSameProcess(leader)) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== leader.pid)
    .filter((pid) => sessionOf(pid) === leader.pid)
    .flatMap((pid) => identifyProcess(Number(pid)) ?? []);
}

function bootOf(identity: ProcessIdentity): string {
  return identity.startedAt.split(":")[0] ?? "";
}

function sessionOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
  } catch {
    return null;
  }
}
