import { pollDefaults } from "@contract/headers.ts";
import { readConfig } from "../identity/config.ts";
import { layoutOf, makeRootFolders } from "../layout.ts";
import { lockRoot } from "../platform/root-lock.ts";
import { runAgent } from "../run-agent.ts";
import type { Command } from "./command.ts";
import { CliError, exitCode, exitCodeHelp } from "./exit-code.ts";
import { secondsToMs } from "./parse-arguments.ts";

/** A step that does not end by then is left to the journal. */
const shutdownMs = 5000;

export const runCommand: Command = {
  summary: "keep this machine's agents as the master wants them",
  options: {
    root: "value",
    "poll-seconds": "value",
    "sample-seconds": "value",
    "integrity-seconds": "value",
    guarded: "flag",
  },
  help: `Usage: ifrit-agent run --root DIR [--poll-seconds N]

Checks in with the master on a cycle and keeps this machine's agents as desired. Runs until it gets
SIGTERM or SIGINT; the agents that it manages go on running and are taken over by the next run.

  --root DIR          what \`enroll\` was given
  --poll-seconds N    seconds between two check-ins (default ${pollDefaults.intervalSeconds}); the master may ask for others
  --sample-seconds N  seconds between two readings of CPU and memory (default 15)
  --integrity-seconds N  seconds between two checks of the installed files (default 600)
  --guarded           given by the guard: it restarts ifrit-agent and can try another version of it

Example:
  ifrit-agent run --root /var/lib/ifrit

Exit code 20 tells the guard to try the version in DIR/self/trial.
${exitCodeHelp}`,
  async run(given, io) {
    const seconds = (name: string, otherwise: number, min = 1) =>
      secondsToMs(given.option(name) ?? String(otherwise), name, min);
    const pollMs = seconds("poll-seconds", pollDefaults.intervalSeconds, 0.01);
    const timing = {
      sampleMs: seconds("sample-seconds", 15),
      integrityMs: seconds("integrity-seconds", 600),
    };
    const layout = layoutOf(await existing(given.required("root")));
    const lock = await lockRoot(layout.lock);
    if (lock === null) {
      throw new CliError(
        exitCode.locked,
        `another ifrit-agent runs on ${layout.root}; this one changes nothing and ends`,
      );
    }
    const config = await readConfig(layout);
    if (config === null)
      throw new CliError(
        exitCode.notConfigured,
        `${layout.config} is missing or damaged: run \`ifrit-agent enroll\``,
      );
    await makeRootFolders(layout);
    const stop = new AbortController();
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      Deno.addSignalListener(signal, () => stop.abort());
    const guarded = given.flag("guarded");
    const ended = runAgent({
      guarded,
      layout,
      config,
      pollMs,
      timing,
      signal: stop.signal,
      out: io.error,
    });
    const late = new Promise<number>((resolve) => {
      stop.signal.addEventListener("abort", () =>
        setTimeout(() => resolve(exitCode.ok), shutdownMs),
      );
    });
    const code = await Promise.race([ended, late]);
    lock.release();
    return code;
  },
};

async function existing(root: string): Promise<string> {
  try {
    return await Deno.realPath(root);
  } catch {
    throw new CliError(
      exitCode.notConfigured,
      `${root} does not exist: run \`ifrit-agent enroll\` first`,
    );
  }
}
