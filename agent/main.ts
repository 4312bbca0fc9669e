import type { Command, CommandOutput } from "./cli/command.ts";
import { doctorCommand } from "./cli/doctor-command.ts";
import { enrollCommand } from "./cli/enroll-command.ts";
import { CliError, exitCode, exitCodeHelp } from "./cli/exit-code.ts";
import { guardCommand } from "./cli/guard-command.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { serviceCommand } from "./cli/service-command.ts";
import { statusCommand } from "./cli/status-command.ts";
import { versionCommand } from "./cli/version-command.ts";

const commands: Record<string, Command> = {
  enroll: enrollCommand,
  run: runCommand,
  guard: guardCommand,
  status: statusCommand,
  doctor: doctorCommand,
  service: serviceCommand,
  version: versionCommand,
};

function help(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)}${summary}`,
  );
  return `Usage: ifrit-agent COMMAND [options]

${lines.join("\n")}

\`ifrit-agent COMMAND --help\` shows a command's options and examples.

${exitCodeHelp}`;
}

export async function main(words: readonly string[], io: CommandOutput): Promise<number> {
  const [name = "--help", ...rest] = words;
  if (name === "--help" || name === "-h" || name === "help") {
    io.out(help());
    return exitCode.ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (command === undefined)
      throw new CliError(exitCode.usage, `there is no command ${name}; see ifrit-agent --help`);
    if (rest.includes("--help") || rest.includes("-h")) {
      io.out(command.help);
      return exitCode.ok;
    }
    return await command.run(parseArguments(rest, command.options, command.verbs), io);
  } catch (error) {
    io.error(`ifrit-agent: ${error instanceof Error ? error.message : error}`);
    return error instanceof CliError ? error.code : exitCode.failed;
  }
}

if (import.meta.main) {
  const io = {
    out: (line: string) => console.log(line),
    error: (line: string) => console.error(line),
  };
  Deno.exit(await main(Deno.args, io));
}
