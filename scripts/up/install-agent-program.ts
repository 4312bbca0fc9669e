import { constants, copyFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type AgentBuild, buildAgent } from "../agent-build/build-program.ts";
import type { AgentHome } from "./agent-home.ts";

export type AgentProgram = { command: string; build: AgentBuild };

/** Puts ifrit-agent's program where its unprivileged user can read it: the bundle and Deno itself. */
export async function installAgentProgram(home: AgentHome): Promise<AgentProgram> {
  const build = await buildAgent({ outDir: home.program });
  const command = join(home.program, "deno");
  copyIfChanged(build.denoPath, command);
  return { command, build };
}

/** Copies aside and renames: a running Deno keeps its file. Deno is large, so it is copied once only. */
function copyIfChanged(from: string, to: string): void {
  const source = statSync(from);
  const target = statSync(to, { throwIfNoEntry: false });
  if (target?.size === source.size && target.mtimeMs === source.mtimeMs) return;
  const aside = `${to}.${process.pid}`;
  try {
    copyFileSync(from, aside, constants.COPYFILE_FICLONE);
    utimesSync(aside, source.atime, source.mtime);
    renameSync(aside, to);
  } finally {
    rmSync(aside, { force: true });
  }
}
