import { MachineList } from "../contract/console-views.ts";
import { listMachines, type MachineListQuery } from "../fleet-status/list-machines.ts";
import type { Services } from "../platform/services.ts";
import { askMasters } from "./ask-masters.ts";
import { findMasterUrl } from "./find-master-url.ts";
import { mergePages } from "./merge-pages.ts";
import { machinesPath } from "./remote-master.ts";

type Answer = Omit<MachineList, "nextCursor"> & { nextId: string | null };

/**
 * One page of the machines of all clusters, or of one, by id, and how many match in all. Remote masters
 * are asked now, at once; those that do not answer in time are named, and their machines are missing.
 */
export async function listFleetMachines(
  services: Services,
  query: MachineListQuery,
): Promise<Answer> {
  const { cluster, isCounted: _, ...rest } = query;
  const isRemote = cluster !== undefined && (await findMasterUrl(services.db, cluster)) !== null;
  const [own, { answers, unanswered }] = await Promise.all([
    isRemote ? nothing : listMachines(services, query),
    cluster !== undefined && !isRemote
      ? nobody
      : askMasters(services, cluster, {
          ...{ method: "GET", path: machinesPath(rest), answer: MachineList },
        }),
  ]);
  const lists = answers.flatMap(({ value }) => (value ? [value] : []));
  const pages = [own, ...lists.map((list) => ({ ...list, nextId: list.nextCursor }))];
  return {
    ...mergePages(pages, query.limit),
    total: pages.reduce((sum, { total }) => sum + total, 0),
    unanswered,
  } as Answer;
}

const nothing: Answer = { machines: [], nextId: null, total: 0 };
const nobody: Awaited<ReturnType<typeof askMasters<MachineList>>> = { answers: [], unanswered: [] };
