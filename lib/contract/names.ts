import { z } from "zod";

/** Agent names become folder names on machines: lower case, digits and dashes, a letter first. */
export const AgentName = z
  .string()
  .max(63)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case letters, digits and single dashes");
export type AgentName = z.infer<typeof AgentName>;

/**
 * Versions become folder names on machines. Letters, digits, dot, plus, dash and underscore; a
 * letter or digit first, so that neither ".." nor a hidden folder can be spelled.
 */
export const AgentVersion = z
  .string()
  .max(64)
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+_-]*$/, "letters, digits and . + _ - only");
export type AgentVersion = z.infer<typeof AgentVersion>;

/** Cluster ids stand in Redis keys and URLs. */
export const ClusterId = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single dashes");
export type ClusterId = z.infer<typeof ClusterId>;

/** A machine's stable id, chosen on the machine (inner IP, cloud instance id, machine-id …). */
export const MachineId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[0-9A-Za-z][0-9A-Za-z._:-]*$/, "letters, digits and . _ : - only");
export type MachineId = z.infer<typeof MachineId>;

/** Lower-case hex of a sha256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits");
export type Sha256 = z.infer<typeof Sha256>;
