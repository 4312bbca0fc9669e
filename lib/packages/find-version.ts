import { and, eq } from "drizzle-orm";
import { agents } from "../../drizzle/schema/agents.ts";
import { packages } from "../../drizzle/schema/packages.ts";
import type { Platform } from "../contract/platform.ts";
import type { Database, Transaction } from "../platform/database.ts";

/**
 * Holds the agent's row until the transaction ends: releases of an agent, uploads and deletions of
 * its packages come one after the other. false: there is no such agent.
 */
export async function lockAgent(tx: Transaction, agentName: string): Promise<boolean> {
  const rows = await tx
    .select({ name: agents.name })
    .from(agents)
    .where(eq(agents.name, agentName))
    .for("update");
  return rows.length > 0;
}

export async function agentExists(
  db: Pick<Database, "select">,
  agentName: string,
): Promise<boolean> {
  const rows = await db
    .select({ name: agents.name })
    .from(agents)
    .where(eq(agents.name, agentName));
  return rows.length > 0;
}

/** The platforms that a version has a package for. */
export async function platformsOfVersion(
  db: Pick<Database, "select">,
  agentName: string,
  version: string,
): Promise<Platform[]> {
  const rows = await db
    .select({ platform: packages.platform })
    .from(packages)
    .where(and(eq(packages.agentName, agentName), eq(packages.version, version)));
  return rows.map((row) => row.platform);
}

/** What a version's desired documents name: one archive per platform. */
export async function packagesOfVersion(
  db: Pick<Database, "select">,
  agentName: string,
  version: string,
): Promise<
  Pick<
    typeof packages.$inferSelect,
    "agentName" | "version" | "platform" | "sha256" | "sizeBytes"
  >[]
> {
  const { platform, sha256, sizeBytes } = packages;
  return db
    .select({
      agentName: packages.agentName,
      version: packages.version,
      platform,
      sha256,
      sizeBytes,
    })
    .from(packages)
    .where(and(eq(packages.agentName, agentName), eq(packages.version, version)));
}

/** What a version promises not to exceed; empty when it promises nothing. */
export async function budgetOfVersion(
  db: Pick<Database, "select">,
  agentName: string,
  version: string,
): Promise<{ cpuPercent?: number | undefined; rssMiB?: number | undefined }> {
  const [row] = await db
    .select({ manifest: packages.manifest })
    .from(packages)
    .where(and(eq(packages.agentName, agentName), eq(packages.version, version)))
    .limit(1);
  return row?.manifest.budget ?? {};
}
