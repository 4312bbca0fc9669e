import { z } from "zod";
import { AgentName, AgentVersion, Sha256 } from "./names.ts";
import { packageLimits } from "./package-manifest.ts";
import { Platform, platforms } from "./platform.ts";

/**
 * Orders statements of one kind. Signers count in seconds since the epoch, or one up where that is
 * not enough; the bound leaves room to count on for ever after a stolen key has said its worst.
 */
export const Sequence = z
  .number()
  .int()
  .positive()
  .max(2 ** 48);
export type Sequence = z.infer<typeof Sequence>;

/** What release keys say of one archive: these bytes are this version of this agent. */
export const ReleaseStatement = z
  .object({
    schema: z.literal(1),
    agent: AgentName,
    version: AgentVersion,
    /** What the bytes run on. */
    platforms: z.array(Platform).min(1).max(platforms.length),
    /** Of the archive. */
    sha256: Sha256,
    /** Bytes of the archive. */
    size: z.number().int().positive().max(packageLimits.archiveBytesMax),
    /** Of manifest.json as it lies in the archive: it lists every file with its sha256. */
    manifestSha256: Sha256,
    /** Grows with every release of the agent. */
    sequence: Sequence,
    /**
     * The permit to go back: after this release machines may still take releases from this sequence
     * on. Without it, none older than this one.
     */
    rollbackTo: Sequence.optional(),
    /** Milliseconds since the epoch, by the signer's clock; for people. */
    signedAtMs: z.number().int().nonnegative(),
    /** Milliseconds since the epoch: not to be installed from then on. */
    expiresAtMs: z.number().int().positive().optional(),
  })
  .refine((one) => (one.rollbackTo ?? 0) <= one.sequence, "rollbackTo is beyond its own sequence")
  .refine((one) => new Set(one.platforms).size === one.platforms.length, "a platform twice");
export type ReleaseStatement = z.infer<typeof ReleaseStatement>;
