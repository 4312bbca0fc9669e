import { type ServicePlan, servicePlan } from "../service/service-plan.ts";
import type { Command, CommandOutput } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";

export const serviceCommand: Command = {
  summary: "make ifrit-agent a service that starts at boot, or undo it",
  verbs: ["install", "uninstall"],
  options: { root: "value", program: "value", "dry-run": "flag", json: "flag" },
  help: `Usage: ifrit-agent service install|uninstall --root DIR --program FILE [--dry-run] [--json]

Writes the unit of systemd (the job of launchd on macOS) and has it started, now and at boot; or stops it and
takes it away. Both may be done again. The managed agents are not stopped by \`uninstall\`; only nobody
looks after them any more. On Windows agent.ps1 does it, from what --dry-run --json says.

  --root DIR       what \`enroll\` was given
  --program FILE   full path of the script ifrit-agent that the service starts
  --dry-run        show what would be written and run, and change nothing
  --json           for scripts: {"verb", "file", "text", "commands", "dryRun"}

Examples:
  ifrit-agent service install --root /var/lib/ifrit --program /opt/ifrit-agent/current/ifrit-agent
  ifrit-agent service install --root /var/lib/ifrit --program /opt/ifrit-agent/current/ifrit-agent --dry-run
  ifrit-agent service uninstall --root /var/lib/ifrit --program /opt/ifrit-agent/current/ifrit-agent

${exitCodeHelp}`,
  async run(given, io) {
    const options = { root: given.required("root"), program: given.required("program") };
    for (const [name, path] of Object.entries(options)) {
      if (!/^(\/|[A-Za-z]:\\)/.test(path))
        throw new CliError(exitCode.usage, `--${name} takes a full path`);
    }
    const plan = servicePlan(Deno.build.os, options);
    const uninstall = given.verb === "uninstall";
    const dryRun = given.flag("dry-run");
    if (!dryRun) await apply(plan, uninstall);
    if (given.flag("json")) io.out(JSON.stringify(summary(plan, given.verb, dryRun)));
    else if (dryRun) show(plan, uninstall, io);
    else
      io.out(uninstall ? `removed ${plan.file}` : `${plan.file} is written and the service runs`);
    return exitCode.ok;
  },
};

function summary(plan: ServicePlan, verb: string | null, dryRun: boolean) {
  const uninstall = verb === "uninstall";
  return {
    verb,
    file: plan.file,
    text: uninstall ? null : plan.text,
    commands: uninstall ? plan.uninstall : plan.install,
    dryRun,
  };
}

function show(plan: ServicePlan, uninstall: boolean, io: CommandOutput): void {
  const lines = (commands: string[][]) => commands.map((words) => words.join(" "));
  if (uninstall) {
    for (const line of [...lines(plan.uninstall), `rm -f ${plan.file}`]) io.out(line);
    for (const line of lines(plan.afterUninstall)) io.out(line);
  } else for (const line of [`# ${plan.file}`, plan.text, ...lines(plan.install)]) io.out(line);
}

async function apply(plan: ServicePlan, uninstall: boolean): Promise<void> {
  if (plan.manager === null) {
    throw new CliError(
      exitCode.failed,
      "on Windows agent.ps1 makes the task; --dry-run --json says what it is",
    );
  }
  if (!(await shell(plan.manager.present, [])).success) {
    throw new CliError(
      exitCode.failed,
      `${plan.manager.name} does not run here: have \`ifrit-agent guard\` started by what does, as by a container's entrypoint`,
    );
  }
  if (!uninstall) {
    await demand('umask 022 && printf %s "$2" >"$1"', [plan.file, plan.text]);
    for (const words of plan.beforeInstall) await shell('exec "$@"', words);
    for (const words of plan.install) await demand('exec "$@"', words);
    return;
  }
  if (!(await shell('[ -e "$1" ]', [plan.file])).success) return;
  for (const words of plan.uninstall) await demand('exec "$@"', words);
  await demand('rm -f -- "$1"', [plan.file]);
  for (const words of plan.afterUninstall) await demand('exec "$@"', words);
}

async function demand(script: string, words: readonly string[]): Promise<void> {
  const { success, message } = await shell(script, words);
  if (success) return;
  throw new CliError(
    exitCode.failed,
    `${message || "the service manager refused"}; try again as root, or see --dry-run`,
  );
}

async function shell(
  script: string,
  words: readonly string[],
): Promise<{ success: boolean; message: string }> {
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "ifrit-service", ...words],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { success, message: new TextDecoder().decode(stderr).trim() };
}
