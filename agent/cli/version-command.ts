import { ifritAgentVersion } from "../version.ts";
import type { Command } from "./command.ts";
import { exitCode } from "./exit-code.ts";

export const versionCommand: Command = {
  summary: "show the version",
  options: { json: "flag" },
  help: `Usage: ifrit-agent version [--json]

  --json   for scripts: {"version", "os", "arch", "deno"}

Examples:
  ifrit-agent version
  ifrit-agent version --json | jq -r .version`,
  run(given, io) {
    const { os, arch } = Deno.build;
    const deno = Deno.version.deno;
    io.out(
      given.flag("json")
        ? JSON.stringify({ version: ifritAgentVersion, os, arch, deno })
        : `ifrit-agent ${ifritAgentVersion} (${os} ${arch}, Deno ${deno})`,
    );
    return Promise.resolve(exitCode.ok);
  },
};
