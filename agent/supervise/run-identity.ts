import type { PackageManifest, RunSpec } from "@contract/package-manifest.ts";
import { ChangeError } from "../change-error.ts";
import type { AgentContext } from "../context.ts";
import { shellOutput } from "../platform/shell-output.ts";
import { payloadDir } from "./run-environment.ts";

/** As whom a process of an agent runs. */
export interface RunIdentity {
  user: string;
  uid: number;
  gid: number;
  umask: string;
  openFilesMax: number | null;
  /** ifrit-agent is another user (root) and has to become this one. */
  become: boolean;
}

/*
 * setpriv(1) is what changes the user: it does nothing but that and then exec, so the pid on record stays
 * the agent's. runuser and su fork and open a PAM session; Deno's own uid and gid drop all supplementary
 * groups; start-stop-daemon is Debian's alone.
 */
export const lookUp = `
me=$(id -u)
uid=$(id -u -- "$1" 2>/dev/null) || { echo "this machine has no user $1"; exit 1; }
gid=$(id -g -- "$1")
if [ -n "$2" ]; then
  gid=$(getent group "$2" 2>/dev/null | cut -d: -f3)
  [ -n "$gid" ] || gid=$(sed -n "s/^$2:[^:]*:\\([0-9]*\\):.*/\\1/p" /etc/group)
  [ -n "$gid" ] || { echo "this machine has no group $2"; exit 1; }
fi
if [ "$me" != "$uid" ]; then
  [ "$me" = 0 ] || { echo "ifrit-agent runs as $(id -un), not as root, and cannot become $1"; exit 1; }
  command -v setpriv >/dev/null || { echo "setpriv (of util-linux) is needed to become $1"; exit 1; }
fi
echo "$me $uid $gid"`;

const lookUpTimeoutMs = 10_000;

/** Null when the package names no user. */
export async function identityOf(run: RunSpec | undefined): Promise<RunIdentity | null> {
  if (run === undefined) return null;
  const { user, group = "", umask, openFilesMax = null } = run;
  const { code, stdout } = await shellOutput(lookUp, [user, group], lookUpTimeoutMs).catch(() => ({
    code: 1,
    stdout: `the user ${user} cannot be looked up within ${lookUpTimeoutMs / 1000} s`,
  }));
  if (code !== 0) throw new ChangeError("user_unavailable", stdout || `user ${user} is not usable`);
  const [me, uid, gid] = stdout.split(" ").map(Number) as [number, number, number];
  return { user, uid, gid, umask, openFilesMax, become: me !== uid };
}

/** The words before a command that make it run as the user. */
export function becomeWords(identity: RunIdentity | null): string[] {
  if (identity === null || !identity.become) return [];
  const { user, gid } = identity;
  return ["setpriv", `--reuid=${user}`, `--regid=${gid}`, "--init-groups", "--inh-caps=-all"];
}

/** The first lines of a shell that becomes a process of the agent: it takes two words off its arguments. */
export const limitScript = `
umask "$1" || exit 125
[ -z "$2" ] || ulimit -n "$2" || exit 125
shift 2`;

export function limitWords(identity: RunIdentity | null): string[] {
  return [identity?.umask ?? "022", String(identity?.openFilesMax ?? "")];
}

/**
 * The data folder belongs to the agent's user. The log folder stays ours, for its group to read:
 * ifrit-agent opens, cuts and quotes the log there, and whoever may write in that folder could put a link
 * to any file of the machine in its place.
 */
export async function prepareFolders(
  ctx: AgentContext,
  name: string,
  identity: RunIdentity | null,
): Promise<void> {
  const { dir, versions, data, logs } = ctx.layout.agent(name);
  await Deno.mkdir(data, { recursive: true, mode: 0o750 });
  await Deno.mkdir(logs, { recursive: true, mode: 0o750 });
  // Whichever step made them first, the user has to get through; what is secret lies elsewhere.
  if (identity?.become) for (const path of [dir, versions]) await Deno.chmod(path, 0o755);
  const [ours, owner] = [await Deno.stat(dir), await Deno.stat(data)];
  const uid = identity?.uid ?? ours.uid;
  const gid = identity?.gid ?? ours.gid;
  // The whole tree only when the owner changes: links are not followed, and nothing of ours lies in it.
  if (owner.uid !== uid || owner.gid !== gid) await chown("chown -hR", `${uid}:${gid}`, data);
  const logsGid = (await Deno.stat(logs)).gid;
  if (logsGid !== gid) await chown("chgrp", String(gid), logs);
}

async function chown(command: string, owner: string, path: string): Promise<void> {
  const { code, stderr } = await shellOutput(`${command} -- "$1" "$2"`, [owner, path], 60_000);
  if (code !== 0)
    throw new ChangeError("io_error", `${path} cannot be given to ${owner}: ${stderr}`);
}

/** Refuses before anything that runs is touched: the user is there, and can get at the package and its data. */
export async function requireIdentity(ctx: AgentContext, manifest: PackageManifest): Promise<void> {
  const identity = await identityOf(manifest.run);
  if (identity === null) return;
  await prepareFolders(ctx, manifest.name, identity);
  const folders = [
    payloadDir(ctx, manifest.name, manifest.version),
    ctx.layout.agent(manifest.name).data,
  ];
  const script =
    'become="$1"; shift; for f; do $become sh -c \'cd "$1" && ls >/dev/null\' sh "$f" || exit 1; done';
  const words = becomeWords(identity).join(" ");
  const { code, stderr } = await shellOutput(script, [words, ...folders], lookUpTimeoutMs);
  if (code !== 0) {
    throw new ChangeError(
      "user_unavailable",
      `the user ${identity.user} cannot get at the agent's folders: ${stderr.slice(-300)}`,
    );
  }
}
