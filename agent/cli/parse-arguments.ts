import { CliError, exitCode } from "./exit-code.ts";

export interface Arguments {
  /** The first word of a command that takes one of several. */
  verb: string | null;
  flag(name: string): boolean;
  /** The option's value, or null. */
  option(name: string): string | null;
  required(name: string): string;
  all(name: string): string[];
}

export type OptionKinds = Record<string, "flag" | "value" | "values">;

/**
 * Strict: an unknown option or a stray word is an error, never ignored. By hand, because node:util
 * would take 4 MiB of memory for as long as ifrit-agent runs.
 */
export function parseArguments(
  words: readonly string[],
  kinds: OptionKinds,
  verbs?: readonly string[],
): Arguments {
  const verb = verbs === undefined ? null : readVerb(words[0], verbs);
  const given = readWords(verb === null ? words : words.slice(1), kinds);
  const option = (name: string) => given.get(name)?.at(-1) ?? null;
  return {
    verb,
    flag: (name) => given.has(name),
    option,
    required: (name) => {
      const value = option(name);
      if (value === null) throw new CliError(exitCode.usage, `--${name} is missing`);
      return value;
    },
    all: (name) => given.get(name) ?? [],
  };
}

function readVerb(word: string | undefined, verbs: readonly string[]): string {
  if (word !== undefined && verbs.includes(word)) return word;
  throw new CliError(exitCode.usage, `say which: ${verbs.join(" or ")}`);
}

function readWords(words: readonly string[], kinds: OptionKinds): Map<string, string[]> {
  const given = new Map<string, string[]>();
  const left = words[Symbol.iterator]();
  for (const word of left) {
    const [, name = "", inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw new CliError(exitCode.usage, `unknown option or word: ${word}`);
    if (kind === "flag" && inline !== undefined)
      throw new CliError(exitCode.usage, `--${name} takes no value`);
    const value = kind === "flag" ? "" : (inline ?? left.next().value);
    if (value === undefined || (inline === undefined && value.startsWith("--")))
      throw new CliError(exitCode.usage, `--${name} needs a value`);
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return given;
}

export function secondsToMs(value: string, name: string, min: number): number {
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds < min || seconds > 86_400) {
    throw new CliError(exitCode.usage, `--${name} takes seconds from ${min} to 86400`);
  }
  return seconds * 1000;
}
