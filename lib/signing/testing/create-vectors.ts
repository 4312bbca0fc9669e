import type { TrustedRoot } from "../../contract/trust-root.ts";
import { signAnchor, signDocument, signFreshness } from "../sign-director.ts";
import { signRelease } from "../sign-release.ts";
import { signRoot } from "../sign-root.ts";
import {
  anchorStatement,
  createTrust,
  documentStatement,
  freshnessStatement,
  machine,
  releaseStatement,
  rootDocument,
  testNowMs,
} from "./create-trust.ts";
import type { VectorContext, VectorKind } from "./judge-vector.ts";

/** A genuine envelope of each kind, and what a machine knows when it meets them. */
export async function createVectors(): Promise<{
  root: TrustedRoot;
  context: VectorContext;
  genuine: Record<VectorKind, string>;
}> {
  const { root, given, rootKeys, releaseKeys, directorKeys } = await createTrust();
  const genuine = {
    root: root.text,
    nextRoot: await signRoot(rootDocument({ ...given, version: 2 }), rootKeys),
    release: await signRelease(releaseStatement(), releaseKeys.slice(0, 2)),
    document: await signDocument(documentStatement(), directorKeys),
    freshness: await signFreshness(freshnessStatement(), directorKeys),
    anchor: await signAnchor(anchorStatement(), directorKeys),
  };
  const { agent, version, sha256, size } = releaseStatement();
  const context: VectorContext = {
    rootText: root.text,
    nowMs: testNowMs,
    release: { agent, version, platform: "linux-x64", sha256, size },
    machine: machine(),
    counter: anchorStatement().counter,
  };
  return { root, context, genuine };
}
