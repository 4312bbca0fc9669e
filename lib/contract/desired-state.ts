import { z } from "zod";
import { AgentName, AgentVersion, ClusterId, Sha256 } from "./names.ts";
import { Platform } from "./platform.ts";

/** How an entry reaches a machine. On equal timestamps gray beats batch, batch beats default. */
export const scopes = ["gray", "batch", "default"] as const;
export const Scope = z.enum(scopes);
export type Scope = z.infer<typeof Scope>;

export const PackageRef = z.object({
  sha256: Sha256,
  /** Bytes of the archive. */
  size: z.number().int().positive(),
  /** DSSE envelope of the release signature; absent until release signing is on. */
  signature: z.string().optional(),
});
export type PackageRef = z.infer<typeof PackageRef>;

const because = {
  name: AgentName,
  releaseId: z.number().int().positive(),
  /** The release's timestamp, milliseconds since the epoch. */
  releasedAtMs: z.number().int().nonnegative(),
  scope: Scope,
};

/** One agent that a machine should run, or that it must not run. Absence from the list means: leave it alone. */
export const DesiredAgent = z.discriminatedUnion("want", [
  z.object({
    want: z.literal("present"),
    ...because,
    version: AgentVersion,
    /** The machine takes the package of its own platform; none for it means "not eligible". */
    packages: z.partialRecord(Platform, PackageRef),
  }),
  z.object({ want: z.literal("absent"), ...because }),
]);
export type DesiredAgent = z.infer<typeof DesiredAgent>;

/**
 * What a machine should run. The same bytes go to every machine of a class (same type, same batches),
 * so nothing in it is specific to one machine or to the time of composing. Its ETag is the sha256 of
 * its bytes.
 */
export const DesiredState = z.object({
  schema: z.literal(1),
  clusterId: ClusterId,
  /** Sorted by name. */
  agents: z.array(DesiredAgent),
});
export type DesiredState = z.infer<typeof DesiredState>;
