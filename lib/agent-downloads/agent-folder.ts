import { join } from "node:path";
import type { Env } from "../platform/env.ts";

/** Where `npm run agent:build` puts ifrit-agent's archives, and the master takes them from. */
export function agentFolder(env: Pick<Env, "IFRIT_AGENT_DIR" | "IFRIT_DATA_DIR">): string {
  return env.IFRIT_AGENT_DIR ?? join(env.IFRIT_DATA_DIR, "agents");
}
