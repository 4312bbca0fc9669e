import { type DesiredAgent, DesiredState } from "@contract/desired-state.ts";
import { z } from "zod";
import type { Layout } from "../layout.ts";
import { parseOrNull, readJson, writeDurably } from "../platform/durable-file.ts";

/** A desired state as the master gave it; the last one is enforced while the master is away. */
export interface KnownDesired {
  etag: string | null;
  receivedAtMs: number;
  state: DesiredState;
  /** The very bytes that came: what a signature is over. */
  text: string;
  sha256: string;
  /** The director's word that this is for this machine; null: not asked for, or none is needed. */
  statement: string | null;
}

const StoredDesired = z
  .object({
    etag: z.string().max(200).nullable(),
    receivedAtMs: z.number(),
    text: z.string(),
    statement: z.string().nullable(),
  })
  .transform((stored, fault) => {
    const state = parseOrNull(stored.text, DesiredState);
    if (state !== null) return { ...stored, state };
    fault.addIssue("it holds no desired state");
    return z.NEVER;
  });

/** Null also for bytes that are not those that the ETag names: they are asked for again. */
export async function readKnownDesired(layout: Layout): Promise<KnownDesired | null> {
  const stored = await readJson(layout.desired, StoredDesired);
  if (stored === null) return null;
  const sha256 = await sha256Of(new TextEncoder().encode(stored.text));
  return (digestInEtag(stored.etag) ?? sha256) === sha256 ? { ...stored, sha256 } : null;
}

export function writeKnownDesired(layout: Layout, known: KnownDesired): Promise<void> {
  const { etag, receivedAtMs, text, statement } = known;
  const stored: z.input<typeof StoredDesired> = { etag, receivedAtMs, text, statement };
  return writeDurably(layout.desired, JSON.stringify(stored), 0o600);
}

/** An ETag that is a sha256 names the very bytes. */
export function digestInEtag(etag: string | null): string | null {
  return /^"([0-9a-f]{64})"$/.exec(etag ?? "")?.[1] ?? null;
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
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
