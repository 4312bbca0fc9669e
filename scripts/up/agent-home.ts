import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { explainFileError } from "../user-error.ts";
import type { Instance } from "./instance.ts";

/** Where the ifrit-agent of this machine lives, and as whom it runs. */
export type AgentHome = {
  /** Its root: configuration, identity, managed agents. It may write nothing else. */
  root: string;
  /** Its program, which it may only read. */
  program: string;
  /** Deno's cache. */
  cache: string;
  /** Set when we are root: it runs as nobody, though. */
  user: { uid: number; gid: number } | null;
};

export function makeAgentHome(instance: Instance): AgentHome {
  const user = process.getuid?.() === 0 ? findNobody() : null;
  const base = user ? reachableBase(instance) : instance.dataDir;
  const home = {
    root: join(base, "agent"),
    program: join(base, "agent-program"),
    cache: join(base, "agent-cache"),
    user,
  };
  try {
    for (const folder of [home.root, home.program, home.cache]) {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
      if (user && folder !== home.program) chownSync(folder, user.uid, user.gid);
    }
  } catch (error) {
    throw explainFileError(error, base);
  }
  return home;
}

/**
 * The data folder if everybody may pass through to it. In a closed home (root's is) the
 * unprivileged ifrit-agent lives under /var/lib instead, and a link shows where.
 */
function reachableBase(instance: Instance): string {
  const { dataDir } = instance;
  chmodSync(dataDir, 0o711);
  if (everybodyMayPass(dataDir)) return dataDir;
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
  const base = `/var/lib/ifrit-${hash}`;
  mkdirSync(base, { recursive: true, mode: 0o711 });
  const link = instance.folders.agent;
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) {
    rmSync(link, { recursive: true, force: true });
    symlinkSync(join(base, "agent"), link);
  }
  return base;
}

function everybodyMayPass(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return path === dirname(path) || everybodyMayPass(dirname(path));
}

function findNobody(): { uid: number; gid: number } {
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
  return { uid: Number(line?.[1] ?? 65534), gid: Number(line?.[2] ?? 65534) };
}
