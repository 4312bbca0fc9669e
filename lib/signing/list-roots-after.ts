import type { TrustRootsResponse } from "../contract/enroll.ts";
import type { OwnTrust } from "./own-trust.ts";

const rootsMax = 16;

/** The root documents that follow on a version, oldest first: machines walk from theirs to the newest. */
export function listRootsAfter(
  { roots }: Pick<OwnTrust, "roots">,
  after: number,
): TrustRootsResponse {
  const later = roots.filter(({ document }) => document.version > after);
  return { roots: later.slice(0, rootsMax).map(({ text }) => text) };
}
