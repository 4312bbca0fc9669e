import { z } from "zod";
import { MachineType } from "./machine-type.ts";

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** Which process on which machine got a bearer token. */
export const TokenSource = z.object({
  /** Names the process; "": an ifrit-agent that does not tell. */
  instance: z.string(),
  /** The client's address as the master saw it. */
  address: z.string(),
  hostname: z.string(),
  addresses: z.array(z.string()),
  /** Digests: of the hardware's own ids, and of the boot. */
  hardware: z.string(),
  bootId: z.string(),
  atMs: timeMs,
});
export type TokenSource = z.infer<typeof TokenSource>;

/** Why a machine is parked, revoked or waiting. */
export const StatusReason = z.object({
  /**
   * operator: a person said so (by, remark) · clone: two machines use this identity (sources) ·
   * byHand: its enrollment token leaves it to a person · renewal: it is to enroll again with a new key
   */
  code: z.enum(["operator", "clone", "byHand", "renewal"]),
  by: z.string(),
  remark: z.string(),
  atMs: timeMs,
  /** clone: the two, as far as they are known. */
  sources: z.array(TokenSource).max(2).optional(),
});
export type StatusReason = z.infer<typeof StatusReason>;

/**
 * accept: a pending machine is taken in · park: it may not check in until unparked; what runs on it goes
 * on · revoke: it never may again, until renewed · renew: whoever has its key is locked out, and the
 * machine enrolls again under its id with a new key
 */
export const machineVerbs = ["accept", "park", "unpark", "revoke", "renew"] as const;
export const MachineVerb = z.enum(machineVerbs);
export type MachineVerb = z.infer<typeof MachineVerb>;

const machineStatuses = ["pending", "accepted", "parked", "revoked"] as const;

/** The statuses of a machine that a verb applies to. */
export const machineVerbStatuses: Record<MachineVerb, readonly (typeof machineStatuses)[number][]> =
  {
    accept: ["pending"],
    park: ["accepted"],
    unpark: ["parked"],
    revoke: ["pending", "accepted", "parked"],
    renew: ["accepted", "parked", "revoked"],
  };

/** POST /api/v1/machines/{id}/{verb} → MachineStatusView */
export const ChangeMachineRequest = z.object({ remark: z.string().trim().max(500).default("") });
export const MachineStatusView = z.object({
  id: z.string(),
  status: z.enum(machineStatuses),
  statusReason: StatusReason.nullable(),
});
export type MachineStatusView = z.infer<typeof MachineStatusView>;

/** Which of a cluster's machines; what is left out does not matter. */
export const MachineSelection = z.object({
  cluster: z.string().min(1).max(63),
  q: z.string().max(5_000).optional(),
  type: MachineType.optional(),
  status: z.enum(["pending", "accepted", "parked", "revoked"]).optional(),
  connectivity: z.enum(["online", "offline"]).optional(),
});
export type MachineSelection = z.infer<typeof MachineSelection>;

/**
 * POST /api/v1/machines/change/preview → { count }: how many the verb would change.
 * POST /api/v1/machines/change → { changed }: refused (conflict) when they are not `count` any more.
 * At most 5,000 at once. Not renew.
 */
export const PreviewMachinesChangeRequest = z.object({
  verb: z.enum(["accept", "park", "unpark", "revoke"]),
  select: MachineSelection,
});
export type PreviewMachinesChangeRequest = z.infer<typeof PreviewMachinesChangeRequest>;
export const ChangeMachinesRequest = PreviewMachinesChangeRequest.extend({
  count,
  remark: z.string().trim().max(500).default(""),
});
export type ChangeMachinesRequest = z.infer<typeof ChangeMachinesRequest>;
export const MachinesChangePreview = z.object({ count });
export const MachinesChanged = z.object({ changed: count });

/** GET /api/v1/clusters/{id}/enrollment-tokens → { tokens }, newest first */
export const EnrollmentTokenView = z.object({
  id: count,
  clusterId: z.string(),
  label: z.string(),
  /** null: as often as one likes. */
  usesLeft: count.nullable(),
  /** Machines that came by it. */
  machines: count,
  /** From where it is taken, as 10.0.0.0/8 or fd00::/8; empty: from anywhere. */
  networks: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  accept: z.enum(["automatic", "byHand"]),
  createdBy: z.string(),
  createdAtMs: timeMs,
  expiresAtMs: timeMs,
  state: z.enum(["active", "expired", "usedUp", "revoked"]),
});
export type EnrollmentTokenView = z.infer<typeof EnrollmentTokenView>;
export const EnrollmentTokenList = z.object({ tokens: z.array(EnrollmentTokenView) });
/** DELETE /api/v1/clusters/{id}/enrollment-tokens/{token id} → 204: it takes nobody in any more. */
