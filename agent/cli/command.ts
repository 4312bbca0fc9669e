import type { Arguments, OptionKinds } from "./parse-arguments.ts";

export interface CommandOutput {
  out(line: string): void;
  error(line: string): void;
}

export interface Command {
  summary: string;
  help: string;
  options: OptionKinds;
  /** The words of which exactly one comes first, where a command takes such. */
  verbs?: readonly string[];
  /** Resolves to the exit code. */
  run(given: Arguments, io: CommandOutput): Promise<number>;
}
