import { directorKeySet } from "../contract/trust-root.ts";
import type { OwnTrust } from "./own-trust.ts";

/**
 * May this process speak for a cluster, under the root that machines get?
 * off: there is no root · noKey: its director key is missing or unusable · keyNotNamed: the root names
 * other keys · thresholdAboveOne: the root asks for more than one director's signature, and one is all
 * that a master can give
 */
export type DirectorStanding = "signs" | "off" | "noKey" | "keyNotNamed" | "thresholdAboveOne";

/** Pure. */
export function directorStanding(
  { root, director }: Pick<OwnTrust, "root" | "director">,
  clusterId: string,
): DirectorStanding {
  if (!root) return "off";
  if (!director) return "noKey";
  const { keys, threshold } = directorKeySet(root, clusterId);
  if (!keys.some(({ keyId }) => keyId === director.keyId)) return "keyNotNamed";
  return threshold > 1 ? "thresholdAboveOne" : "signs";
}
