import { examine } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { layoutOf } from "../layout.ts";
import { ShellProcessTable } from "../platform/process-table.ts";
import type { Command } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";

const marks: Record<Finding["verdict"], string> = { ok: "✓", warning: "!", failed: "✗" };

export const doctorCommand: Command = {
  summary: "look for what keeps ifrit-agent from its work, with a remedy for each",
  options: { root: "value", json: "flag" },
  help: `Usage: ifrit-agent doctor --root DIR [--json]

Looks at the root folder, the disk, the processes, the configuration and its secrets, the master, the
certificate and the clock. Ends with 1 when something has failed; a warning alone ends with 0.

  --root DIR   what \`enroll\` was given
  --json       for scripts: [{"check", "verdict", "message", "remedy"}, …]

Examples:
  ifrit-agent doctor --root /var/lib/ifrit
  ifrit-agent doctor --root /var/lib/ifrit --json | jq '.[] | select(.verdict == "failed")'

${exitCodeHelp}`,
  async run(given, io) {
    const root = given.required("root").replace(/(.)\/+$/, "$1");
    const folder = await Deno.stat(root).catch(() => null);
    if (!folder?.isDirectory) {
      throw new CliError(
        exitCode.notConfigured,
        `${root} does not exist: run \`ifrit-agent enroll\` first`,
      );
    }
    const processes = new ShellProcessTable();
    const findings = await examine({
      layout: layoutOf(root),
      processes,
      fetcher: fetch,
      nowMs: Date.now(),
    });
    await processes.close();
    if (given.flag("json")) io.out(JSON.stringify(findings));
    else for (const line of findings.flatMap(linesOf)) io.out(line);
    return findings.some((one) => one.verdict === "failed") ? exitCode.failed : exitCode.ok;
  },
};

function linesOf({ check, verdict, message, remedy }: Finding): string[] {
  const line = `${marks[verdict]} ${check}: ${message}`;
  return remedy === null ? [line] : [line, `    → ${remedy}`];
}
