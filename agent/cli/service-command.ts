import { type ServicePlan, servicePlan } from "../service/service-plan.ts";
import type { Command, CommandOutput } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";

export const serviceCommand: Command = {
  summary: "make ifrit-agent a service that starts at boot, or undo it",
  options: { root: "value", program: "value", uninstall: "flag", "dry-run": "flag" },
  help: `Usage: ifrit-agent service --root DIR --program FILE [--uninstall] [--dry-run]

Writes the unit of systemd (launchd on macOS) and has it started, now and at boot. The managed agents
are not stopped by \`--uninstall\`; only nobody looks after them any more.

  --root DIR       what \`enroll\` was given
  --program FILE   full path of the script ifrit-agent that the service starts
  --uninstall      stop the service and take it away
  --dry-run        show what would be written and run, and change nothing

Examples:
  ifrit-agent service --root /var/lib/ifrit --program /opt/ifrit/ifrit-agent --dry-run
  ifrit-agent service --root /var/lib/ifrit --program /opt/ifrit/ifrit-agent
  ifrit-agent service --root /var/lib/ifrit --program /opt/ifrit/ifrit-agent --uninstall

${exitCodeHelp}`,
  async run(given, io) {
    const options = { root: given.required("root"), program: given.required("program") };
    for (const [name, path] of Object.entries(options)) {
      if (!/^(\/|[A-Za-z]:\\)/.test(path))
        throw new CliError(exitCode.usage, `--${name} takes a full path`);
    }
    const plan = servicePlan(Deno.build.os, options);
    const uninstall = given.flag("uninstall");
    if (given.flag("dry-run")) show(plan, uninstall, io);
    else await apply(plan, uninstall, io);
    return exitCode.ok;
  },
};

function show(plan: ServicePlan, uninstall: boolean, io: CommandOutput): void {
  const commands = (uninstall ? plan.uninstall : plan.install).map((words) => words.join(" "));
  if (uninstall) for (const line of [...commands, `rm -f ${plan.file}`]) io.out(line);
  else for (const line of [`# ${plan.file}`, plan.text, ...commands]) io.out(line);
}

async function apply(plan: ServicePlan, uninstall: boolean, io: CommandOutput): Promise<void> {
  if (!uninstall) await shell('umask 022 && printf %s "$2" >"$1"', [plan.file, plan.text]);
  for (const words of uninstall ? plan.uninstall : plan.install) await shell('exec "$@"', words);
  if (uninstall) await shell('rm -f -- "$1"', [plan.file]);
  io.out(uninstall ? `removed ${plan.file}` : `${plan.file} is written and the service runs`);
}

async function shell(script: string, words: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "ifrit-service", ...words],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const message = new TextDecoder().decode(stderr).trim();
  throw new CliError(
    exitCode.failed,
    `${message || "the service manager refused"}; try again as root, or see --dry-run`,
  );
}
