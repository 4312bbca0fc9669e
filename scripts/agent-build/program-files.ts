import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { renderLauncher } from "../../agent/service/render-launcher.ts";
import {
  renderWindowsLauncher,
  windowsCommand,
} from "../../agent/service/render-windows-launcher.ts";
import { repoRoot } from "../repo-root.ts";
import type { Target } from "./targets.ts";

/** How the program in an archive came to be: by deno compile, or Deno itself with the bundle beside it. */
export type ProgramKind = "compile" | "runtime";

export type ProgramFile = { path: string; content: string | Uint8Array; executable: boolean };

/** All files of an archive but the large one: Deno, or what it compiled. */
export async function programFiles(
  target: Pick<Target, "os">,
  kind: ProgramKind,
  bundle: Uint8Array,
): Promise<ProgramFile[]> {
  const compiled = kind === "compile";
  const service = (name: string) => readFile(join(repoRoot, "agent/service", name), "utf8");
  const scripts: ProgramFile[] =
    target.os === "windows"
      ? [
          script("ifrit-agent.cmd", windowsCommand),
          script("ifrit-agent.ps1", renderWindowsLauncher({ compiled })),
          script("ifrit-guard.ps1", (await service("ifrit-guard.ps1")).replaceAll("\n", "\r\n")),
        ]
      : [
          script("ifrit-agent", renderLauncher({ compiled })),
          script("ifrit-guard", await service("ifrit-guard.sh")),
          ...(target.os === "linux" ? [script("ifrit-entrypoint", await entrypoint())] : []),
        ];
  const license = await readFile(join(repoRoot, "node_modules/deno/LICENSE"), "utf8");
  return [
    ...scripts,
    { path: "licenses/deno.txt", content: license, executable: false },
    ...(compiled ? [] : [{ path: "ifrit-agent.js", content: bundle, executable: false }]),
  ];
}

function entrypoint(): Promise<string> {
  return readFile(join(repoRoot, "deploy/container/ifrit-entrypoint.sh"), "utf8");
}

function script(path: string, content: string): ProgramFile {
  return { path, content, executable: true };
}

/** What a package of ifrit-agent says of itself; the first word starts it. */
export function programManifest(target: Target, kind: ProgramKind, version: string) {
  return {
    schema: 1,
    name: "ifrit-agent",
    version,
    description: `ifrit-agent for ${target.name} (${kind})`,
    platforms: [target.platform],
    start: { command: [target.os === "windows" ? "./ifrit-agent.cmd" : "./ifrit-agent", "run"] },
  };
}
