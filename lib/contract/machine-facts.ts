import { z } from "zod";
import { MachineType } from "./machine-type.ts";
import { AgentVersion } from "./names.ts";
import { Platform } from "./platform.ts";

export const MachineFacts = z.object({
  hostname: z.string().min(1).max(255),
  type: MachineType,
  platform: Platform,
  kernel: z.string().max(255).default(""),
  addresses: z.array(z.string().max(64)).max(32).default([]),
  labels: z.record(z.string().max(63), z.string().max(255)).default({}),
  bootId: z.string().max(64).default(""),
  ifritAgentVersion: AgentVersion,
});
export type MachineFacts = z.infer<typeof MachineFacts>;
