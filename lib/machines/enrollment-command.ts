import { findMasterUrl } from "../clusters/find-master-url.ts";
import { listRemoteClusters } from "../clusters/list-remote-clusters.ts";
import type { Services } from "../platform/services.ts";
import { readOwnTrust } from "../signing/own-trust.ts";

/** Ready to paste into a shell on the machine. What it has to believe from the first word on is in it. */
export async function enrollmentCommand(
  services: Services,
  clusterId: string,
  { token }: { token: string },
  ownOrigin: string,
): Promise<string> {
  const remote = await findMasterUrl(services.db, clusterId);
  const fingerprint =
    remote === null
      ? (await readOwnTrust(services)).root?.fingerprint
      : (await listRemoteClusters(services.db, clusterId))[0]?.contact?.fleet?.trust
          ?.rootFingerprint;
  const command = `IFRIT_ENROLLMENT_TOKEN=${token} ifrit-agent enroll --root /var/lib/ifrit --master ${remote ?? ownOrigin}`;
  return fingerprint ? `${command} --root-fingerprint ${fingerprint}` : command;
}
