import { z } from "zod";
import { AgentIndex, IndexedArchive, type InstallerName } from "./agent-index.ts";
import { Sha256 } from "./names.ts";
import type { Platform } from "./platform.ts";

/** What a master serves to machines that have no ifrit-agent yet; everything else under it is nothing. */
export const installPrefix = "/install/";

export const downloadPaths = {
  index: `${installPrefix}agents.json`,
  installer: (name: InstallerName) => `${installPrefix}${name}`,
  archive: (platform: Platform, sha256: string) => `${installPrefix}agents/${platform}/${sha256}`,
} as const;

/** GET /install/agents.json: the index of the folder, and the trust root that machines are to pin. */
export const OfferedAgents = AgentIndex.extend({
  /** null: this master signs nothing. */
  rootFingerprint: Sha256.nullable(),
});
export type OfferedAgents = z.infer<typeof OfferedAgents>;

/** GET /api/v1/clusters/{id}/installation: all that a command to install ifrit-agent is made of. */
export const AgentInstallation = z.object({
  /** What `--master` is given. */
  masterUrl: z.string(),
  rootFingerprint: Sha256.nullable(),
  archives: z.array(
    IndexedArchive.pick({
      platform: true,
      version: true,
      mode: true,
      sha256: true,
      sizeBytes: true,
    }),
  ),
  installers: AgentIndex.shape.installers,
  /** notBuilt: nobody has put archives there. unreachable: the cluster's master did not say. */
  missing: z.enum(["notBuilt", "unreachable"]).nullable(),
});
export type AgentInstallation = z.infer<typeof AgentInstallation>;
