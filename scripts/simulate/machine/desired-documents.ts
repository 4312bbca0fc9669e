import { DesiredState } from "../../../lib/contract/desired-state.ts";
import type { DesiredByName } from "../behaviour/move-on.ts";

/** A desired state, parsed once for all the machines that have it. */
export type DesiredDocument = { etag: string; byName: DesiredByName };

export class DesiredDocuments {
  readonly #byEtag = new Map<string, DesiredDocument>();
  readonly #parts = new Map<string, DesiredDocument>();
  /** When a document came that no machine had seen before. */
  newestAtMs = 0;

  /** null: the answer is not a desired state. */
  take(etag: string, body: Buffer | null, nowMs: number): DesiredDocument | null {
    const known = this.#byEtag.get(etag);
    if (known || !body) return known ?? null;
    const parsed = DesiredState.safeParse(parseJson(body));
    if (!parsed.success) return null;
    const byName = new Map(parsed.data.agents.map((agent) => [agent.name, agent]));
    const document = { etag, byName };
    this.#byEtag.set(etag, document);
    this.newestAtMs = nowMs;
    return document;
  }

  /** As if the document did not name these. */
  without(document: DesiredDocument, names: ReadonlySet<string>): DesiredDocument {
    const hidden = [...names].filter((name) => document.byName.has(name)).sort();
    if (hidden.length === 0) return document;
    const key = [document.etag, ...hidden].join(" ");
    const known = this.#parts.get(key);
    if (known) return known;
    const left = [...document.byName].filter(([name]) => !names.has(name));
    const part = { etag: document.etag, byName: new Map(left) };
    this.#parts.set(key, part);
    return part;
  }
}

export function parseJson(body: Buffer | null): unknown {
  try {
    return JSON.parse(body?.toString("utf8") ?? "");
  } catch {
    return null;
  }
}
