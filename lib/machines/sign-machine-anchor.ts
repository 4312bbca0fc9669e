import type { Services } from "../platform/services.ts";
import { directorStanding } from "../signing/director-standing.ts";
import { readOwnTrust } from "../signing/own-trust.ts";
import { signAnchor } from "../signing/sign-director.ts";
import type { MachineClaims } from "./machine-token.ts";

/**
 * The master's time and the machine's place on the ring, signed for just this token request: its counter
 * is never used twice. undefined: nothing is signed here, or nothing that the machine would take.
 */
export async function signMachineAnchor(
  services: Services,
  { machineId, clusterId, type, slot }: MachineClaims,
  counter: number,
  freshnessSequence: number,
): Promise<string | undefined> {
  const trust = await readOwnTrust(services);
  if (directorStanding(trust, clusterId) !== "signs") return undefined;
  const asked = { machineId, machineType: type, slot, counter };
  const issuedAtMs = services.now();
  return signAnchor({ schema: 1, clusterId, ...asked, freshnessSequence, issuedAtMs }, [
    trust.director!,
  ]);
}
