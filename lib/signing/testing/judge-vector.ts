import type { PayloadType } from "../../contract/dsse.ts";
import { payloadTypes } from "../../contract/dsse.ts";
import type { TrustedRoot } from "../../contract/trust-root.ts";
import { verifyAnchor, verifyDocument, verifyFreshness } from "../../contract/verify-director.ts";
import { TrustError } from "../../contract/verify-refusal.ts";
import { verifyRelease } from "../../contract/verify-release.ts";
import { openRoot, verifyRootChain } from "../../contract/verify-root-chain.ts";

/* Runs in Node and in Deno: imports the contract only. */

export const vectorKinds = [
  "root",
  "nextRoot",
  "release",
  "document",
  "freshness",
  "anchor",
] as const;
export type VectorKind = (typeof vectorKinds)[number];
export type Vector = { kind: VectorKind; text: string };

export const payloadTypeOf: Record<VectorKind, PayloadType> = {
  root: payloadTypes.root,
  nextRoot: payloadTypes.root,
  release: payloadTypes.release,
  document: payloadTypes.document,
  freshness: payloadTypes.freshness,
  anchor: payloadTypes.anchor,
};

/** What a machine knows when it meets a vector. Plain data. */
export type VectorContext = {
  rootText: string;
  nowMs: number;
  release: Parameters<typeof verifyRelease>[2];
  machine: Parameters<typeof verifyDocument>[2];
  counter: number;
};

/** "accepted" with what was read, a refusal's reason, or "thrown" for any other error, which is a bug. */
export async function judgeVector(
  root: TrustedRoot,
  context: VectorContext,
  vector: Vector,
): Promise<string> {
  try {
    return `accepted ${JSON.stringify(await read[vector.kind](context, root, vector.text))}`;
  } catch (error) {
    return error instanceof TrustError ? error.reason : `thrown ${error}`;
  }
}

const clock = { monotonicMs: 0, wallMs: 0, time: null };
const floorOf = ({ machine }: VectorContext) => ({
  clusterId: machine.clusterId,
  freshnessSequence: 0,
  documentSequence: 0,
  documentSha256: null,
});

type Read = (context: VectorContext, root: TrustedRoot, text: string) => Promise<unknown>;
const read: Record<VectorKind, Read> = {
  root: async (_, __, text) => (await openRoot(text)).document,
  nextRoot: async ({ nowMs }, root, text) => {
    const result = await verifyRootChain(root, [text], nowMs);
    if (result.refusal) throw result.refusal;
    return result.root.document;
  },
  release: async ({ release, nowMs }, root, text) =>
    (await verifyRelease(root, text, release, 0, nowMs)).statement,
  document: async (context, root, text) =>
    verifyDocument(root, text, context.machine, floorOf(context)),
  freshness: async (context, root, text) =>
    (await verifyFreshness(root, text, context.machine.clusterId, floorOf(context), clock))
      .statement,
  anchor: async (context, root, text) => {
    const question = { ...context.machine, counter: context.counter };
    return (await verifyAnchor(root, text, question, floorOf(context), 0)).statement;
  },
};
