import { InvalidArgumentError } from "commander";
import { ClusterId } from "../../lib/contract/names.ts";
import { KeyRole } from "./public-key-file.ts";

/* Values of options. Each throws InvalidArgumentError, which is wrong usage (exit code 2). */

export function parseWholeNumber(min: number, max: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max)
      throw new InvalidArgumentError(`a whole number from ${min} to ${max} is wanted.`);
    return number;
  };
}

export function parseRole(text: string): KeyRole {
  const parsed = KeyRole.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("root, release or director is wanted.");
  return parsed.data;
}

export function parseCluster(text: string): string {
  if (!ClusterId.safeParse(text).success) throw new InvalidArgumentError("not a cluster's id.");
  return text;
}

/** role=k, several times. */
export function parseThresholds(
  text: string,
  before: Partial<Record<KeyRole, number>>,
): Partial<Record<KeyRole, number>> {
  const [role = "", count = ""] = text.split("=");
  return { ...before, [parseRole(role)]: parseWholeNumber(1, 16)(count) };
}

export function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
