import { inArray, or, sql } from "drizzle-orm";
import { machineAgentStates } from "../../drizzle/schema/machine-agent-states.ts";
import { machines } from "../../drizzle/schema/machines.ts";
import type { MachineFacts } from "../contract/machine-facts.ts";
import type { TrustReport } from "../contract/report.ts";
import type { Transaction } from "../platform/database.ts";
import { type Lease, requireLease } from "../platform/lease.ts";
import type { Services } from "../platform/services.ts";
import { countStates, type Ledger } from "./count-states.ts";
import { type FoldedReport, foldReports } from "./fold-reports.ts";
import { type HeldState, readHeldStates } from "./held-states.ts";
import type { ReportEntry } from "./report-entry.ts";

type MachineRow = typeof machines.$inferSelect;
type StateRow = typeof machineAgentStates.$inferSelect;

const rowsPerStatement = 500;

/**
 * Writes reports to MySQL in one transaction and a handful of statements, however many there are.
 * Idempotent: reports that were stored before change nothing, so that a batch whose
 * acknowledgement was lost may simply come again. Reports of unknown or revoked machines are dropped.
 */
export async function storeReports(
  services: Services,
  lease: Lease,
  entries: readonly ReportEntry[],
): Promise<void> {
  const byMachine = new Map<string, ReportEntry[]>();
  for (const entry of entries)
    byMachine.set(entry.machineId, [...(byMachine.get(entry.machineId) ?? []), entry]);
  await services.db.transaction(async (tx) => {
    await requireLease(tx, lease);
    const rows = await tx
      .select()
      .from(machines)
      .where(inArray(machines.id, [...byMachine.keys()].sort()))
      .for("update");
    const changes = rows.flatMap((machine) => {
      const folded =
        machine.status === "revoked"
          ? null
          : foldReports(byMachine.get(machine.id)!, machine.reportSequence);
      return folded ? [{ machine, folded }] : [];
    });
    if (changes.length === 0) return;
    const held = await readHeldStates(
      tx,
      changes.map(({ machine }) => machine.id),
    );
    const byId = new Map(changes.map(({ folded }) => [folded.machineId, folded]));
    const gone = held.filter((state) => isGone(state, byId.get(state.machineId)));
    const reported = reportedRows(changes, held);
    const ledgers = await countStates(services, tx, statesAfter(changes, held, gone, reported));
    await updateMachines(tx, changes, ledgers);
    await removeStates(tx, gone);
    await upsertStates(tx, reported);
  });
}

type Change = { machine: MachineRow; folded: FoldedReport };

/** All that each machine has once the reports are stored. */
function statesAfter(
  changes: Change[],
  held: HeldState[],
  gone: HeldState[],
  rows: StateRow[],
): { machine: MachineRow; states: HeldState[] }[] {
  const after = new Map(changes.map(({ machine }) => [machine.id, new Map<string, HeldState>()]));
  for (const state of held) after.get(state.machineId)?.set(state.agentName, state);
  for (const { machineId, agentName } of gone) after.get(machineId)?.delete(agentName);
  for (const row of rows) after.get(row.machineId)?.set(row.agentName, row);
  return changes.map(({ machine }) => ({
    machine,
    states: [...(after.get(machine.id)?.values() ?? [])],
  }));
}

/** An upsert whose rows all exist and are locked: the only bulk update that both databases know. */
async function updateMachines(
  tx: Transaction,
  changes: Change[],
  ledgers: ReadonlyMap<string, Ledger>,
): Promise<void> {
  const rows = changes.map(
    ({ machine, folded }): MachineRow => ({
      ...machine,
      ...ledgers.get(machine.id),
      facts: withLabels(folded.facts, machine.labels) ?? machine.facts,
      hostname: folded.facts?.hostname ?? machine.hostname,
      ifritAgentVersion: folded.ifritAgentVersion,
      stateDigest: folded.stateDigest,
      reportSequence: folded.sequence,
      ...trustColumns(folded.trust),
      lastSeenAtMs: Math.max(machine.lastSeenAtMs, folded.receivedAtMs),
    }),
  );
  for (const part of chunks(rows))
    await tx
      .insert(machines)
      .values(part)
      .onDuplicateKeyUpdate({
        set: {
          facts: given("facts"),
          hostname: given("hostname"),
          ifritAgentVersion: given("ifrit_agent_version"),
          stateDigest: given("state_digest"),
          reportSequence: given("report_sequence"),
          trust: given("trust"),
          trustRootVersion: given("trust_root_version"),
          trustProblem: given("trust_problem"),
          trustSequence: given("trust_sequence"),
          lastSeenAtMs: given("last_seen_at_ms"),
          counted: given("counted"),
          countedClasses: given("counted_classes"),
        },
      });
}

function trustColumns(trust: TrustReport | undefined) {
  const { rootVersion = 0, freshnessSequence = 0, problem } = trust ?? {};
  return {
    trust: trust ?? null,
    trustRootVersion: rootVersion,
    trustProblem: problem ? `${problem.what} ${problem.refusal}` : "",
    trustSequence: freshnessSequence,
  };
}

/** What the enrollment token said wins over what the machine says. */
function withLabels(
  facts: MachineFacts | undefined,
  labels: Record<string, string>,
): MachineFacts | undefined {
  return facts && { ...facts, labels: { ...facts.labels, ...labels } };
}

function isGone({ agentName }: HeldState, folded: FoldedReport | undefined): boolean {
  if (!folded) return false;
  return folded.full ? !folded.agents.has(agentName) : folded.removed.has(agentName);
}

async function removeStates(tx: Transaction, gone: HeldState[]): Promise<void> {
  for (const part of chunks(gone))
    await tx
      .delete(machineAgentStates)
      .where(
        or(
          ...part.map(
            ({ machineId, agentName }) =>
              sql`(${machineAgentStates.machineId} = ${machineId} AND ${machineAgentStates.agentName} = ${agentName})`,
          ),
        ),
      );
}

function reportedRows(changes: Change[], held: HeldState[]): StateRow[] {
  const heldByKey = new Map(held.map((state) => [`${state.machineId} ${state.agentName}`, state]));
  return changes.flatMap(({ machine, folded }) =>
    [...folded.agents.values()].map((agent): StateRow => {
      const { name, ...state } = agent;
      const before = heldByKey.get(`${machine.id} ${name}`);
      const same = before?.phase === agent.phase && before.version === agent.version;
      return {
        ...state,
        machineId: machine.id,
        agentName: name,
        clusterId: machine.clusterId,
        machineType: machine.type,
        slot: machine.slot,
        reportedAtMs: folded.receivedAtMs,
        changedAtMs: same ? before.changedAtMs : folded.receivedAtMs,
      };
    }),
  );
}

async function upsertStates(tx: Transaction, rows: StateRow[]): Promise<void> {
  for (const part of chunks(rows))
    await tx.insert(machineAgentStates).values(part).onDuplicateKeyUpdate({ set: stateUpdates });
}

const stateUpdates = {
  clusterId: given("cluster_id"),
  machineType: given("machine_type"),
  slot: given("slot"),
  phase: given("phase"),
  version: given("version"),
  targetVersion: given("target_version"),
  releaseId: given("release_id"),
  pid: given("pid"),
  startedAtMs: given("started_at_ms"),
  restarts: given("restarts"),
  cpuPercent: given("cpu_percent"),
  rssBytes: given("rss_bytes"),
  downloadPercent: given("download_percent"),
  failure: given("failure"),
  reportedAtMs: given("reported_at_ms"),
  changedAtMs: given("changed_at_ms"),
};

/** VALUES(column): MariaDB does not know MySQL's newer row alias. */
function given(column: string) {
  return sql`VALUES(${sql.identifier(column)})`;
}

function chunks<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += rowsPerStatement)
    parts.push(items.slice(start, start + rowsPerStatement));
  return parts;
}
