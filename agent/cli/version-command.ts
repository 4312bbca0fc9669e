import { ifritAgentVersion } from "../version.ts";
import type { Command } from "./command.ts";
import { exitCode } from "./exit-code.ts";

export const versionCommand: Command = {
  summary: "show the version",
  options: {},
  help: `Usage: ifrit-agent version

Example:
  ifrit-agent version`,
  run(_given, io) {
    io.out(
      `ifrit-agent ${ifritAgentVersion} (${Deno.build.os} ${Deno.build.arch}, Deno ${Deno.version.deno})`,
    );
    return Promise.resolve(exitCode.ok);
  },
};
