import type { Command } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";

export const guardCommand: Command = {
  summary: "run, restart and upgrade ifrit-agent itself; what a service starts",
  options: { root: "value" },
  help: `Usage: ifrit-agent guard --root DIR

Runs \`ifrit-agent run\`, starts it again whenever it ends or is stuck, and tries a new version of it when
one is released: the new version has to check in and stay well, or the one before goes on. SIGTERM
ends both; the managed agents go on running.

  --root DIR   what \`enroll\` was given

Example:
  ifrit-agent guard --root /var/lib/ifrit

${exitCodeHelp}`,
  run() {
    const message =
      "guard is the script ifrit-guard: start it by way of the script ifrit-agent beside it";
    return Promise.reject(new CliError(exitCode.usage, message));
  },
};
