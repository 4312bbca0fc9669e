/** ifrit-agent's own version; a test holds it equal to the root package.json. */
export const ifritAgentVersion = "0.1.0";
