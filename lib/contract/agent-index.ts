import { z } from "zod";
import { AgentVersion, Sha256 } from "./names.ts";
import { Platform } from "./platform.ts";

/** Stands beside the archives of ifrit-agent that `npm run agent:build` made. */
export const indexFileName = "agents.json";

/** sh for Linux and macOS, PowerShell for Windows. */
export const installerNames = ["agent.sh", "agent.ps1"] as const;
export const InstallerName = z.enum(installerNames);
export type InstallerName = z.infer<typeof InstallerName>;

export const IndexedArchive = z.object({
  platform: Platform,
  version: AgentVersion,
  /** compile: one executable. runtime: Deno's runtime with the program beside it. */
  mode: z.enum(["compile", "runtime"]),
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,200}\.tar\.gz$/),
  sha256: Sha256,
  sizeBytes: z.number().int().positive(),
  unpackedBytes: z.number().int().positive(),
});
export type IndexedArchive = z.infer<typeof IndexedArchive>;

export const AgentIndex = z.object({
  schema: z.literal(1),
  archives: z.array(IndexedArchive).max(100),
  installers: z.array(
    z.object({ name: InstallerName, sha256: Sha256, sizeBytes: z.number().int().positive() }),
  ),
});
export type AgentIndex = z.infer<typeof AgentIndex>;
