import type { MachineSummary } from "../contract/console-views.ts";
import type { MachineListQuery } from "../fleet-status/list-machines.ts";
import { byteOrderMark, csvLine } from "../platform/csv.ts";
import { ProblemError } from "../platform/problem-error.ts";
import type { Services } from "../platform/services.ts";
import type { ExportFormat } from "../platform/text-download.ts";
import { listFleetMachines } from "./list-fleet-machines.ts";

const pageRows = 500;
const columns = [
  ...["id", "clusterId", "hostname", "type", "platform", "address", "status"],
  ...["online", "lastSeen", "ifritAgentVersion", "agents"],
] as const;

/** NDJSON is one machine of the API per line. */
const formats: Record<ExportFormat, { head: string; line: (machine: MachineSummary) => string }> = {
  csv: { head: `${byteOrderMark}${columns.join(",")}\r\n`, line: csvOf },
  ndjson: { head: "", line: (machine) => `${JSON.stringify(machine)}\n` },
};

export type FleetExport = {
  /** Clusters whose master did not answer: their machines are missing. */
  unanswered: string[];
  texts: AsyncGenerator<string>;
};

/**
 * All machines that match, by id, page by page, of remote clusters as well. Which of these are missing is
 * known before the first line; should another one fall silent later, the export breaks off.
 */
export async function exportFleetMachines(
  services: Services,
  filter: Omit<MachineListQuery, "limit" | "afterId">,
  format: ExportFormat,
): Promise<FleetExport> {
  const read = (afterId?: string) =>
    listFleetMachines(services, { ...filter, afterId, limit: pageRows, isCounted: false });
  const first = await read();
  const unanswered = (first.unanswered ?? []).map(({ clusterId }) => clusterId);
  return { unanswered, texts: walk(first, read, new Set(unanswered), format) };
}

type Page = Awaited<ReturnType<typeof listFleetMachines>>;

async function* walk(
  first: Page,
  read: (afterId: string) => Promise<Page>,
  missing: ReadonlySet<string>,
  format: ExportFormat,
): AsyncGenerator<string> {
  const { head, line } = formats[format];
  if (head) yield head;
  for (let page = first; ; page = await read(page.nextId)) {
    const silent = page.unanswered?.find(({ clusterId }) => !missing.has(clusterId));
    if (silent)
      throw new ProblemError("unavailable", `Cluster ${silent.clusterId} fell silent half-way.`);
    if (page.machines.length > 0) yield page.machines.map(line).join("");
    if (page.nextId === null) return;
  }
}

function csvOf(machine: MachineSummary): string {
  const { agents, lastSeenAtMs, online, ...rest } = machine;
  const told = agents.map(({ name, version, phase }) => `${name} ${version ?? "-"} ${phase}`);
  return csvLine([
    ...[rest.id, rest.clusterId, rest.hostname, rest.type, rest.platform, rest.address],
    ...[rest.status, String(online), new Date(lastSeenAtMs).toISOString()],
    ...[rest.ifritAgentVersion, told.join("; ")],
  ]);
}
