import type { ChangeBlockedCode } from "./change-rules.ts";
import { AgentName } from "./names.ts";

/*
 * How a refusal is written in the headers ifrit-change and ifrit-blocked-agents: a code, then its
 * values, percent-encoded, since reasons and owners may be in any script and hold any sign.
 */

export type ChangeRefusal = {
  code: ChangeBlockedCode;
  values: Readonly<Record<string, string | number>>;
};
export type AgentRefusal = ChangeRefusal & { agentName: string };

const valueLengthMax = 120;

/** The value of ifrit-change. */
export function writeChangeHeader(refusal: ChangeRefusal): string {
  return `blocked; ${refusalText(refusal)}`;
}

/** The value of ifrit-blocked-agents. */
export function writeBlockedAgentsHeader(refusals: readonly AgentRefusal[]): string {
  return refusals.map((one) => `${one.agentName}; ${refusalText(one)}`).join(", ");
}

/** Which agents are blocked, each with the refusal's text. null: this is nothing that can be read. */
export function readBlockedAgentsHeader(value: string | null): ReadonlyMap<string, string> | null {
  const blocked = new Map<string, string>();
  if (value === null || value.trim() === "") return blocked;
  for (const part of value.split(",")) {
    const [name = "", ...rest] = part.split(";");
    const agentName = AgentName.safeParse(name.trim());
    if (!agentName.success) return null;
    blocked.set(agentName.data, rest.join(";").trim() || "blocked by the master");
  }
  return blocked;
}

function refusalText({ code, values }: ChangeRefusal): string {
  const pairs = Object.entries(values).map(([key, value]) => `; ${key}=${encode(String(value))}`);
  return code + pairs.join("");
}

/** By whole characters: half of one could not be encoded. */
function encode(value: string): string {
  return encodeURIComponent([...value.toWellFormed()].slice(0, valueLengthMax).join(""));
}
