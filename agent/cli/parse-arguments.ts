import { parseArgs } from "node:util";
import { CliError, exitCode } from "./exit-code.ts";

export interface Arguments {
  flag(name: string): boolean;
  /** The option's value, or null. */
  option(name: string): string | null;
  required(name: string): string;
  all(name: string): string[];
}

export type OptionKinds = Record<string, "flag" | "value" | "values">;

/** Strict: an unknown option or a stray word is an error, never ignored. */
export function parseArguments(words: readonly string[], kinds: OptionKinds): Arguments {
  const options = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      {
        type: kind === "flag" ? ("boolean" as const) : ("string" as const),
        multiple: kind === "values",
      },
    ]),
  );
  const values = parse(words, options);
  const option = (name: string) =>
    typeof values[name] === "string" ? (values[name] as string) : null;
  return {
    flag: (name) => values[name] === true,
    option,
    required: (name) => {
      const value = option(name);
      if (value === null) throw new CliError(exitCode.usage, `--${name} is missing`);
      return value;
    },
    all: (name) => (Array.isArray(values[name]) ? (values[name] as string[]) : []),
  };
}

function parse(
  words: readonly string[],
  options: Record<string, { type: "boolean" | "string"; multiple: boolean }>,
) {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new CliError(exitCode.usage, error instanceof Error ? error.message : String(error));
  }
}

export function wholeNumber(value: string, name: string, min: number, max: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new CliError(exitCode.usage, `--${name} takes a whole number from ${min} to ${max}`);
  }
  return number;
}
