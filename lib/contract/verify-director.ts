import type { z } from "zod";
import {
  AnchorStatement,
  DocumentStatement,
  FreshnessStatement,
  slotSetHas,
} from "./director-statement.ts";
import { type PayloadType, payloadTypes } from "./dsse.ts";
import type { MachineType } from "./machine-type.ts";
import { directorKeySet, type TrustedRoot } from "./trust-root.ts";
import {
  advanceMasterTime,
  type MasterTime,
  masterClockSkewMsMax,
  masterNowMs,
  type TrustClock,
  trustNowMs,
} from "./verify-clock.ts";
import { parseStatement } from "./verify-encoding.ts";
import { verifyEnvelope } from "./verify-envelope.ts";
import type { DirectorFloor } from "./verify-floors.ts";
import { TrustError } from "./verify-refusal.ts";
import { requireCurrentRoot } from "./verify-root-chain.ts";

/** Who is asking. */
export type DirectedMachine = {
  clusterId: string;
  machineId: string;
  machineType: MachineType;
  /** From the last anchor; null while there was none: then documents for some slots are refused. */
  slot: number | null;
};

/** What an answer brings: the statements, and the digest of the document's bytes as they arrived. */
export type DirectorAnswer = {
  document: string;
  freshness: string;
  documentSha256: string;
};

export type DirectorVerdict = {
  document: DocumentStatement;
  freshness: FreshnessStatement;
  /** Persist it before anything changes on the machine. */
  floor: DirectorFloor;
  /** Keep it in memory. */
  time: MasterTime;
};

/**
 * May this machine change according to this document now? Every check names its attack; nothing is
 * taken over from an answer that fails one. An answer without a new document (304) is checked with
 * the document statement that the machine holds.
 * @throws TrustError expired · wrong_cluster · wrong_machine · rollback · freeze · digest_mismatch ·
 * mix_and_match, and those of an envelope
 */
export async function verifyDirector(
  root: TrustedRoot,
  answer: DirectorAnswer,
  machine: DirectedMachine,
  floor: DirectorFloor,
  clock: TrustClock,
): Promise<DirectorVerdict> {
  const news = await verifyFreshness(root, answer.freshness, machine.clusterId, floor, clock);
  const document = await verifyDocument(root, answer.document, machine, floor);
  if (document.sha256 !== answer.documentSha256)
    throw new TrustError("digest_mismatch", "the document is not the one that is signed");
  if (document.sequence !== news.statement.documentSequence)
    throw new TrustError(
      "mix_and_match",
      `a document of sequence ${document.sequence} came with news of ${news.statement.documentSequence}`,
    );
  const { sequence, sha256 } = document;
  return {
    document,
    freshness: news.statement,
    floor: { ...news.floor, documentSequence: sequence, documentSha256: sha256 },
    time: news.time,
  };
}

/**
 * Is this the newest word of the master, as far as the machine can tell (TUF 1.0 §5.4)? Age is told by
 * the master's own time and the monotonic clock, never by the wall clock: a sequence that stands
 * still for longer than the statement's lifetime is a freeze, and so is one that moves, but slower
 * than time does.
 * @throws TrustError expired · wrong_cluster · rollback · freeze, and those of an envelope
 */
export async function verifyFreshness(
  root: TrustedRoot,
  text: string,
  clusterId: string,
  floor: DirectorFloor,
  clock: TrustClock,
): Promise<{ statement: FreshnessStatement; floor: DirectorFloor; time: MasterTime }> {
  const statement = await openDirected(root, text, clusterId, freshnessKind);
  const time = advanceMasterTime(clock, statement.issuedAtMs);
  requireCurrentRoot(root, trustNowMs({ ...clock, time }));
  refuseBelow("freshness statement", statement.sequence, floor.freshnessSequence);
  refuseBelow("documents", statement.documentSequence, floor.documentSequence);
  if (!isFresh(statement, time, clock.monotonicMs))
    throw new TrustError("freeze", `freshness statement ${statement.sequence} is past its time`);
  return { statement, floor: { ...floor, freshnessSequence: statement.sequence }, time };
}

/** Whether a statement that was taken still holds: asked again right before a change. */
export function isFresh(
  statement: Pick<FreshnessStatement, "expiresAtMs">,
  time: MasterTime,
  monotonicMs: number,
): boolean {
  return masterNowMs(time, monotonicMs) < statement.expiresAtMs + masterClockSkewMsMax;
}

/**
 * Is this document meant for this machine, and no older than what it has (TUF 1.0 §5.6)?
 * @throws TrustError wrong_cluster · wrong_machine · rollback · mix_and_match, those of an envelope
 */
export async function verifyDocument(
  root: TrustedRoot,
  text: string,
  machine: DirectedMachine,
  floor: DirectorFloor,
): Promise<DocumentStatement> {
  const statement = await openDirected(root, text, machine.clusterId, documentKind);
  requireAudience(statement, machine);
  refuseBelow("document", statement.sequence, floor.documentSequence);
  const again = statement.sequence === floor.documentSequence;
  if (again && floor.documentSha256 !== null && statement.sha256 !== floor.documentSha256)
    throw new TrustError("mix_and_match", "there is another document with the same sequence");
  return statement;
}

/**
 * Reads the master's time from the answer to this machine's own token request: the counter proves that
 * it was made after the question. So it replaces the estimate, also backwards: a master's clock that
 * was wrong and is right again heals with the next token.
 * @throws TrustError replay · wrong_cluster · wrong_machine, and those of an envelope
 */
export async function verifyAnchor(
  root: TrustedRoot,
  text: string,
  question: { clusterId: string; machineId: string; machineType: MachineType; counter: number },
  floor: DirectorFloor,
  monotonicMs: number,
): Promise<{ statement: AnchorStatement; floor: DirectorFloor; time: MasterTime }> {
  const statement = await openDirected(root, text, question.clusterId, anchorKind);
  if (statement.machineId !== question.machineId || statement.machineType !== question.machineType)
    throw new TrustError("wrong_machine", `it is the answer to ${statement.machineId}`);
  if (statement.counter !== question.counter)
    throw new TrustError("replay", `it answers request ${statement.counter}, not this one`);
  const freshnessSequence = Math.max(floor.freshnessSequence, statement.freshnessSequence);
  const time = { atMs: statement.issuedAtMs, monotonicMs };
  return { statement, floor: { ...floor, freshnessSequence }, time };
}

type Kind<T> = { what: string; payloadType: PayloadType; schema: z.ZodType<T> };
const documentKind = {
  what: "document statement",
  payloadType: payloadTypes.document,
  schema: DocumentStatement,
};
const freshnessKind = {
  what: "freshness statement",
  payloadType: payloadTypes.freshness,
  schema: FreshnessStatement,
};
const anchorKind = { what: "anchor", payloadType: payloadTypes.anchor, schema: AnchorStatement };

async function openDirected<T extends { clusterId: string }>(
  root: TrustedRoot,
  text: string,
  clusterId: string,
  kind: Kind<T>,
): Promise<T> {
  const keySet = directorKeySet(root, clusterId);
  const { payload } = await verifyEnvelope(text, kind.payloadType, keySet);
  const statement = parseStatement(kind.what, kind.schema, payload);
  if (statement.clusterId !== clusterId)
    throw new TrustError("wrong_cluster", `the ${kind.what} is for ${statement.clusterId}`);
  return statement;
}

function requireAudience({ audience }: DocumentStatement, machine: DirectedMachine): void {
  const meant =
    audience.machineType === machine.machineType &&
    (audience.kind === "machine"
      ? audience.machineId === machine.machineId
      : audience.slots === null ||
        (machine.slot !== null && slotSetHas(audience.slots, machine.slot)));
  if (!meant) throw new TrustError("wrong_machine", "the document is meant for other machines");
}

function refuseBelow(what: string, sequence: number, floor: number): void {
  if (sequence < floor)
    throw new TrustError("rollback", `the ${what} has sequence ${sequence}, ${floor} was seen`);
}
