import { type DesiredAgent, DesiredState } from "@contract/desired-state.ts";
import { z } from "zod";
import type { Layout } from "../layout.ts";
import { readJson, writeDurably } from "../platform/durable-file.ts";

/** The last desired state that the master gave, with its ETag; enforced while the master is away. */
export const KnownDesired = z.object({
  etag: z.string().max(200).nullable(),
  receivedAtMs: z.number(),
  state: DesiredState,
});
export type KnownDesired = z.infer<typeof KnownDesired>;

export function readKnownDesired(layout: Layout): Promise<KnownDesired | null> {
  return readJson(layout.desired, KnownDesired);
}

export function writeKnownDesired(layout: Layout, known: KnownDesired): Promise<void> {
  return writeDurably(layout.desired, JSON.stringify(known), 0o600);
}

export function withoutAgents(
  known: KnownDesired | null,
  hidden: { has(name: string): boolean; size: number },
): KnownDesired | null {
  if (known === null || hidden.size === 0) return known;
  const agents = known.state.agents.filter((agent) => !hidden.has(agent.name));
  return { ...known, state: { ...known.state, agents } };
}

export function desiredAgent(known: KnownDesired | null, name: string): DesiredAgent | null {
  return known?.state.agents.find((agent) => agent.name === name) ?? null;
}
