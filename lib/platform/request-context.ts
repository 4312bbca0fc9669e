import { randomUUID } from "node:crypto";

/** Permissions, for some clusters and some agents; "*" and a trailing "*" stand for any text. */
export type Grant = {
  permissions: readonly string[];
  clusters: readonly string[];
  agents: readonly string[];
};

/** Who acts. The system acts for itself in schedulers and at set-up. */
export type Actor =
  | {
      kind: "user";
      name: string;
      userId: number;
      role: "viewer" | "operator" | "approver" | "administrator";
      /** As the identity provider named them, and when. */
      groups?: readonly string[];
      groupsAtMs?: number;
      /** What the configuration lets this person write; absent: nothing beyond the role. */
      grants?: readonly Grant[];
      /** By an API token: no more than this, whatever the person may. */
      tokenScope?: Grant;
    }
  | { kind: "machine"; name: string }
  | { kind: "system"; name: string };

/** Who asks, by which request, from where: stands in every audit row. */
export type RequestContext = {
  actor: Actor;
  requestId: string;
  /** "console", "api", "cli", "agent", "scheduler", "setup"; with the client's address where there is one. */
  source: string;
};

export function systemContext(name: string, source: string): RequestContext {
  return { actor: { kind: "system", name }, requestId: randomUUID(), source };
}
