import { asc, desc, eq } from "drizzle-orm";
import { agents } from "../../drizzle/schema/agents.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import type { PackageView } from "../contract/console-views.ts";
import type { Database } from "../platform/database.ts";
import type { Services } from "../platform/services.ts";
import { packageViews } from "./package-view.ts";

export type KnownAgent = {
  name: string;
  description: string;
  /** Newest upload first. */
  versions: string[];
};

export async function listKnownAgents(
  db: Pick<Database, "select">,
  name?: string | undefined,
): Promise<KnownAgent[]> {
  const rows = await db
    .select({ name: agents.name, description: agents.description, version: packages.version })
    .from(agents)
    .leftJoin(packages, eq(packages.agentName, agents.name))
    .where(name ? eq(agents.name, name) : undefined)
    .orderBy(asc(agents.name), desc(packages.id));
  const known = new Map<string, KnownAgent>();
  for (const { version, ...agent } of rows) {
    const held = known.get(agent.name) ?? { ...agent, versions: [] };
    if (version !== null && !held.versions.includes(version)) held.versions.push(version);
    known.set(agent.name, held);
  }
  return [...known.values()];
}

/** Newest first. */
export async function listPackages(services: Services, agentName: string): Promise<PackageView[]> {
  const rows = await services.db
    .select()
    .from(packages)
    .where(eq(packages.agentName, agentName))
    .orderBy(desc(packages.id));
  return packageViews(services, rows);
}
