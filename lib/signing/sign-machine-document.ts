import { type Audience, slotSetOf } from "../contract/director-statement.ts";
import type { MachineType } from "../contract/machine-type.ts";
import {
  type Composition,
  type DesiredDocument,
  documentFor,
} from "../desired-state/compose-desired-state.ts";
import { signDocument } from "./sign-director.ts";
import type { Signer } from "./signer.ts";

export type SignedDocument = { document: DesiredDocument; text: string };

type Asking = { machineId: string; type: MachineType; slot: number };
type Kept = { sequence: number; keyId: string; text: Promise<string> };
const signed = new WeakMap<DesiredDocument, Kept>();

/**
 * The statement that a machine's document is meant for it. Signed when the first machine of its class
 * asks, and kept: Ed25519 gives the same signature for the same words, so that all masters of a cluster
 * hand out the very same. A class that not all slots of its type belong to is signed for its slots, so
 * that nobody between master and machine can hand the first batch's document to the others.
 * null: there is no such machine type.
 */
export async function signMachineDocument(
  composition: Composition,
  machine: Asking,
  sequence: number,
  signer: Signer,
): Promise<SignedDocument | null> {
  const document = documentFor(composition, machine);
  if (!document) return null;
  const kept = signed.get(document);
  if (kept?.sequence === sequence && kept.keyId === signer.keyId)
    return { document, text: await kept.text };
  const { clusterId } = composition;
  const sha256 = document.etag.slice(1, -1);
  const audience = audienceOf(composition, machine);
  const text = signDocument({ schema: 1, clusterId, audience, sequence, sha256 }, [signer]);
  signed.set(document, { sequence, keyId: signer.keyId, text });
  return { document, text: await text };
}

function audienceOf({ types, gray }: Composition, { machineId, type, slot }: Asking): Audience {
  if (gray.get(machineId)?.has(type)) return { kind: "machine", machineType: type, machineId };
  const { documents, slotClass } = types.get(type)!;
  const own = slotClass[slot] ?? 0;
  const slots = documents.length === 1 ? null : slotSetOf(slotsOfClass(slotClass, own));
  return { kind: "class", machineType: type, slots };
}

function* slotsOfClass(slotClass: Uint16Array, wanted: number): Generator<number> {
  for (const [slot, index] of slotClass.entries()) if (index === wanted) yield slot;
}
