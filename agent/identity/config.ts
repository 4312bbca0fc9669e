import { MachineType } from "@contract/machine-type.ts";
import { ClusterId, MachineId, Sha256 } from "@contract/names.ts";
import { z } from "zod";
import type { Layout } from "../layout.ts";
import { readJson, writeDurably } from "../platform/durable-file.ts";

/** config.json: what `enroll` was told, and how far the master has taken this machine in. */
export const AgentConfig = z.object({
  schema: z.literal(1),
  masterUrl: z.url({ protocol: /^https?$/ }),
  machineId: MachineId,
  machineType: MachineType,
  labels: z.record(z.string().max(63), z.string().max(255)).default({}),
  /** Kept until the master has accepted the machine. */
  enrollmentToken: z.string().min(16).max(200).nullable(),
  /** Known from the first answer to an enrollment. */
  clusterId: ClusterId.nullable(),
  /** The first root document of this machine. Absent: it was never told or offered one. */
  trust: z.object({ rootFingerprint: Sha256, how: z.enum(["given", "firstUse"]) }).optional(),
  /** Written by hand, kept by `enroll`. */
  downloads: z
    .object({
      bytesPerSecondMax: z.number().int().min(1024).optional(),
      startSpreadSeconds: z.number().min(0).max(3600).optional(),
    })
    .optional(),
  enrollment: z.enum(["notAsked", "pending", "accepted"]),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

export function readConfig(layout: Layout): Promise<AgentConfig | null> {
  return readJson(layout.config, AgentConfig);
}

export function writeConfig(layout: Layout, config: AgentConfig): Promise<void> {
  return writeDurably(layout.config, `${JSON.stringify(config, null, 2)}\n`, 0o600);
}
