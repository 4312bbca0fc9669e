import { spawn } from "node:child_process";

export type CommandResult = { code: number; output: string };

/** Runs a command to its end (or to ours) and keeps what it said. A command that cannot be started has code 127. */
export function runCommand(
  command: string,
  args: string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    onLine?: (line: string) => void;
    /** Neither a Ctrl-C nor our end touches it. */
    undisturbed?: boolean;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: options.undisturbed,
    });
    const kill = () => child.kill();
    if (!options.undisturbed) process.once("exit", kill);
    const chunks: Buffer[] = [];
    const keep = (chunk: Buffer) => {
      chunks.push(chunk);
      if (options.onLine)
        for (const line of chunk.toString("utf8").split("\n")) if (line) options.onLine(line);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.once("close", (code) => {
      process.off("exit", kill);
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}
