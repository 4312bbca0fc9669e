import { desiredEntries } from "../../drizzle/schema/desired-entries.ts";
import type { DesiredEntry } from "../desired-state/resolve.ts";
import type { Services } from "../platform/services.ts";

/** A default entry for LINUX machines unless told otherwise. The cluster's revision is not raised. */
export async function createDesiredEntry(
  services: Services,
  required: Pick<DesiredEntry, "releaseId" | "agentName" | "version"> & { clusterId: string },
  overrides: Partial<DesiredEntry> = {},
): Promise<void> {
  await services.db.insert(desiredEntries).values({
    machineType: "LINUX",
    scope: "default",
    timestampMs: services.now(),
    ...required,
    ...overrides,
  });
}
