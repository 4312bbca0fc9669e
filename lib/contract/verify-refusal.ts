/**
 * Why something that claims to be signed is refused. Closed, so that refusals can be counted by
 * reason, reported and shown; each stands for one kind of mistake or attack.
 *
 * malformed           not an envelope, a statement or a key at all
 * too_large           longer than anything that is ever signed (TUF 1.0 §5: "endless data")
 * wrong_type          a valid kind of statement, but not the one that belongs here
 * unknown_key         no signature names a key of the role
 * signature_invalid   signatures of the role's keys, none of which fits the bytes
 * threshold_not_met   some fit, but fewer than the role asks for
 * expired             the root document or the release is past its time
 * rollback            older than what this machine has already taken
 * version_gap         a root that does not follow directly on the trusted one
 * freeze              the newest news are too old: somebody holds back newer ones
 * replay              the answer to another question
 * wrong_cluster       made for another cluster
 * wrong_machine       made for another machine, machine type or class of machines
 * wrong_package       the release of another agent or version
 * wrong_platform      the release is not for this operating system and architecture
 * digest_mismatch     other bytes than those that were signed
 * mix_and_match       each part is genuine, but they do not belong together
 */
export const trustRefusals = [
  "malformed",
  "too_large",
  "wrong_type",
  "unknown_key",
  "signature_invalid",
  "threshold_not_met",
  "expired",
  "rollback",
  "version_gap",
  "freeze",
  "replay",
  "wrong_cluster",
  "wrong_machine",
  "wrong_package",
  "wrong_platform",
  "digest_mismatch",
  "mix_and_match",
] as const;
export type TrustRefusal = (typeof trustRefusals)[number];

/** What it was that was refused. */
export const trustSubjects = ["root", "anchor", "freshness", "document", "release"] as const;
export type TrustSubject = (typeof trustSubjects)[number];

/** The only error that verification throws, whatever it is given. */
export class TrustError extends Error {
  override readonly name = "TrustError";
  readonly reason: TrustRefusal;

  constructor(reason: TrustRefusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
