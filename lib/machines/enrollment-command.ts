import { findMasterUrl } from "../clusters/find-master-url.ts";
import type { Services } from "../platform/services.ts";

/** Ready to paste into a shell on the machine. */
export async function enrollmentCommand(
  services: Services,
  clusterId: string,
  { token }: { token: string },
  ownOrigin: string,
): Promise<string> {
  const master = (await findMasterUrl(services.db, clusterId)) ?? ownOrigin;
  return `IFRIT_ENROLLMENT_TOKEN=${token} ifrit-agent enroll --root /var/lib/ifrit --master ${master}`;
}
