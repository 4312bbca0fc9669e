import { releases } from "../../drizzle/schema/releases.ts";
import { ReleasePlan } from "../contract/release-plan.ts";
import type { Services } from "../platform/services.ts";

type ReleaseRow = typeof releases.$inferSelect;

/** A release's row only: no desired entries. Use the verb createRelease for the whole of it. */
export async function createReleaseRow(
  services: Services,
  required: { clusterId: string; agentName: string; version: string | null },
  overrides: Partial<ReleaseRow> = {},
): Promise<ReleaseRow> {
  const { clusterId, agentName, version } = required;
  const row: Omit<ReleaseRow, "id"> = {
    agentName,
    version,
    plan: ReleasePlan.parse({
      agentName,
      version,
      machineTypes: ["LINUX"],
      clusters: [{ clusterId, stages: [{ kind: "full", gate: {} }] }],
    }),
    state: "running",
    stateReason: null,
    timestampMs: services.now(),
    revision: 0,
    note: "",
    createdBy: "tester",
    createdAtMs: services.now(),
    finishedAtMs: null,
    ...overrides,
  };
  const [inserted] = await services.db.insert(releases).values(row).$returningId();
  return { ...row, id: inserted!.id };
}
