/** Names of the headers on the agent's wire, lower case as Node and Deno hand them out. */
export const header = {
  /** Request: sha256 (32 hex digits) of stateDigestText: names the state that the machine is in. */
  stateDigest: "ifrit-state",
  /** Request: the ETag of the desired state that the machine has fully applied. */
  appliedEtag: "ifrit-applied",
  /** Request: the agent that the machine is about to switch: it asks again right before. */
  switching: "ifrit-switching",
  /** Answer: whole seconds until the next check-in; the machine adds its own jitter. */
  nextPollSeconds: "ifrit-poll",
  /** Answer: "full" when the master wants a full report. */
  reportWanted: "ifrit-report",
  /**
   * Answer: "blocked; <code>[; key=value …]" while nothing may change on this machine. Absent:
   * allowed. Neither this nor the next one is part of the document, so no ETag changes with them.
   */
  change: "ifrit-change",
  /**
   * Answer: "<agent>; <code>[; key=value …], <agent> …": these have to be left as they are, as if the
   * document did not name them, while the others may change. Absent: none.
   */
  blockedAgents: "ifrit-blocked-agents",
  /** Answer: the signed freshness statement of the last rebuild; absent until signing is on. */
  freshness: "ifrit-freshness",
  /** Answer: version number of the newest root document that the master serves; absent until signing is on. */
  root: "ifrit-root",
  /**
   * Answer to a token request whose counter was used before: the next one must exceed this. A disk that
   * was put back comes to itself by it at once.
   */
  counter: "ifrit-counter",
} as const;

export const agentPaths = {
  enroll: "/api/agent/v1/enroll",
  token: "/api/agent/v1/token",
  desiredState: "/api/agent/v1/desired-state",
  /** Bearer token: the signed document statement of this machine's present document. */
  statement: "/api/agent/v1/desired-state/statement",
  /** Open to all. `?after=<version>`: the root documents that follow on it, see TrustRootsResponse. */
  roots: "/api/agent/v1/trust/roots",
  report: "/api/agent/v1/report",
  /** Followed by the archive's sha256; with "/signature" behind it, the release envelope of that archive. */
  packages: "/api/agent/v1/packages/",
} as const;

export const pollDefaults = { intervalSeconds: 60, fastIntervalSeconds: 5 } as const;
