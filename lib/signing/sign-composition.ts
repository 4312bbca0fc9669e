import { type Audience, slotSetOf } from "../contract/director-statement.ts";
import type { MachineType } from "../contract/machine-type.ts";
import type { Composition, DesiredDocument } from "../desired-state/compose-desired-state.ts";
import { signDocument } from "./sign-director.ts";
import type { Signer } from "./signer.ts";

/** Signed document statements, in the shape of the composition that they belong to. */
export type SignedDocuments = {
  /** What every statement carries. */
  sequence: number;
  /** By machine type, in the order of its documents. */
  types: Map<MachineType, string[]>;
  gray: Map<string, Map<MachineType, string>>;
};

/**
 * Signs every document of a composition under one sequence. To be called when the composition's digest
 * changes, not at every rebuild: as long as nothing changes, only freshness is signed anew. A class
 * that not all slots of its type belong to is signed for its slots, so that nobody between master and
 * machine can hand the first batch's document to the others.
 */
export async function signComposition(
  composition: Composition,
  sequence: number,
  signer: Signer,
): Promise<SignedDocuments> {
  const { clusterId } = composition;
  const sign = ({ etag }: DesiredDocument, audience: Audience) =>
    signDocument({ schema: 1, clusterId, audience, sequence, sha256: bareDigest(etag) }, [signer]);
  const signed: SignedDocuments = { sequence, types: new Map(), gray: new Map() };
  for (const [machineType, { documents, slotClass }] of composition.types) {
    const statements = [];
    for (const [index, document] of documents.entries()) {
      const slots = documents.length === 1 ? null : slotSetOf(slotsOfClass(slotClass, index));
      statements.push(await sign(document, { kind: "class", machineType, slots }));
    }
    signed.types.set(machineType, statements);
  }
  for (const [machineId, byType] of composition.gray) {
    const statements = new Map<MachineType, string>();
    for (const [machineType, document] of byType)
      statements.set(
        machineType,
        await sign(document, { kind: "machine", machineType, machineId }),
      );
    signed.gray.set(machineId, statements);
  }
  return signed;
}

function* slotsOfClass(slotClass: Uint16Array, wanted: number): Generator<number> {
  for (const [slot, index] of slotClass.entries()) if (index === wanted) yield slot;
}

/** An ETag of ours is the sha256 of the document's bytes in quotes. */
function bareDigest(etag: string): string {
  return etag.slice(1, -1);
}
