// A build of another version than the working tree's, as self-upgrades need them in tests, says so here.
declare const IFRIT_AGENT_VERSION: string | undefined;

/** ifrit-agent's own version; a test holds it equal to the root package.json. */
export const ifritAgentVersion =
  typeof IFRIT_AGENT_VERSION === "undefined" ? "0.1.0" : IFRIT_AGENT_VERSION;

/** The name under which ifrit-agent itself is released. */
export const selfName = "ifrit-agent";
