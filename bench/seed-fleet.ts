import type { PoolConnection } from "mysql2/promise";
import { agentStateClasses } from "../drizzle/schema/agent-state-counts.ts";
import { agents } from "../drizzle/schema/agents.ts";
import { packages } from "../drizzle/schema/packages.ts";
import { PackageManifest } from "../lib/contract/package-manifest.ts";
import { slotCount } from "../lib/desired-state/slot.ts";
import { allowSilence } from "../lib/platform/bound-pool.ts";
import type { Services } from "../lib/platform/services.ts";
import { classOfMachine, classOfState, type StateClass } from "../lib/reports/state-class.ts";

const agentName = "log-agent";
const platform = "linux-x64" as const;
const types = ["LINUX", "CONTAINER"] as const;
const phases = ["running", "downloading", "switching", "watching", "failed"] as const;

/** So that a fleet that is kept is still online when it is used again. */
const onlineForMs = 30 * 86_400_000;

/** 0: changed; 1: not yet; then the phases in between. */
const kinds = [0, 1, 2, 3, 4, 5];
const kindIndex = "IF(seq % 2 = 0, 0, IF(seq % 50 = 1, 2 + seq DIV 50 % 4, 1))";
const typeIndex = "IF(seq % 10 < 7, 0, 1)";
const typeColumn = `ELT(1 + ${typeIndex}, 'LINUX', 'CONTAINER')`;
const slotColumn = `CRC32(seq) % ${slotCount}`;

/** An agent in two versions. */
export async function createAgent({ db }: Services): Promise<void> {
  const nowMs = Date.now();
  await db.insert(agents).values({ name: agentName, createdAtMs: nowMs });
  for (const version of ["1.0.0", "2.0.0"])
    await db.insert(packages).values({
      ...{ agentName, version, platform, sha256: version.padEnd(64, "0"), sizeBytes: 1 },
      ...{ manifest: manifestOf(version), uploadedBy: "bench", uploadedAtMs: nowMs },
    });
}

function manifestOf(version: string): PackageManifest {
  return PackageManifest.parse({
    ...{ schema: 1, name: agentName, version, platforms: [platform] },
    start: { command: ["./run"] },
    files: [{ path: "run", size: 1, sha256: "0".repeat(64), executable: true }],
  });
}

/**
 * Machines of two types, half of them through a release, 2 % in other phases, 1 % offline. Written in
 * a few statements and counted in one: by reports a million machines take minutes.
 */
export async function seedFleet(
  services: Services,
  { clusterId, machines }: { clusterId: string; machines: number },
): Promise<void> {
  const machine = (type: (typeof types)[number]) => ({ clusterId, type, platform });
  const machineClasses = types.map((type) => classOfMachine(machine(type)));
  const stateClasses = types.flatMap((type) =>
    kinds.map((kind) => classOfState(machine(type), stateOf(kind), {})),
  );
  await services.db.insert(agentStateClasses).values([...machineClasses, ...stateClasses]);
  const connection = await services.pool.getConnection();
  allowSilence(connection);
  await insertMachines(connection, clusterId, machines, machineClasses, stateClasses);
  await insertStates(connection, clusterId, machines);
  await connection.query(
    `INSERT INTO agent_state_counts (class_id, slot, machines)
     SELECT CAST(JSON_VALUE(counted_classes, CONCAT('$[', i.seq, ']')) AS UNSIGNED), slot, COUNT(*)
     FROM machines JOIN seq_0_to_1 i WHERE cluster_id = ? GROUP BY 1, 2`,
    [clusterId],
  );
  connection.destroy();
}

async function insertMachines(
  connection: PoolConnection,
  clusterId: string,
  machines: number,
  machineClasses: readonly StateClass[],
  stateClasses: readonly StateClass[],
): Promise<void> {
  const ids = (classes: readonly StateClass[]) => classes.map(({ id }) => id).join(", ");
  const facts = JSON.stringify({ addresses: ["10.0.0.1"], labels: {} });
  await connection.query(
    `INSERT INTO machines (id, cluster_id, type, platform, slot, hostname, facts, status, public_key,
       ifrit_agent_version, enrolled_at_ms, last_seen_at_ms, counted, counted_classes)
     SELECT CONCAT('machine-', LPAD(seq, 8, '0')), ?, ${typeColumn}, ?, ${slotColumn},
       CONCAT('host-', seq), ?, 'accepted', '', '0.1.0', 1, IF(seq % 101 = 0, 1, ?), TRUE,
       CONCAT('[', ELT(1 + ${typeIndex}, ${ids(machineClasses)}), ',',
         ELT(1 + ${typeIndex} * ${kinds.length} + ${kindIndex}, ${ids(stateClasses)}), ']')
     FROM seq_1_to_${machines}`,
    [clusterId, platform, facts, Date.now() + onlineForMs],
  );
}

async function insertStates(
  connection: PoolConnection,
  clusterId: string,
  machines: number,
): Promise<void> {
  await connection.query(
    `INSERT INTO machine_agent_states (machine_id, agent_name, cluster_id, machine_type, slot, phase,
       version, target_version, release_id, cpu_percent, rss_bytes, failure, reported_at_ms, changed_at_ms)
     SELECT CONCAT('machine-', LPAD(seq, 8, '0')), ?, ?, ${typeColumn}, ${slotColumn},
       ELT(1 + ${kindIndex}, 'running', ${phases.map((one) => `'${one}'`).join(", ")}),
       IF(${kindIndex} = 0, '2.0.0', '1.0.0'), IF(${kindIndex} > 1, '2.0.0', NULL),
       IF(${kindIndex} = 1, 1, 2), 1 + seq % 7, 20000000 + seq % 1000000,
       IF(${kindIndex} = 5, '{"reason":"disk_full","message":"","version":"2.0.0"}', NULL), 100000, 1
     FROM seq_1_to_${machines}`,
    [agentName, clusterId],
  );
}

function stateOf(kind: number): Parameters<typeof classOfState>[1] {
  const phase = kind === 0 ? "running" : phases[kind - 1]!;
  const failed = { reason: "disk_full", message: "", version: "2.0.0" } as const;
  return {
    ...{ agentName, phase, version: kind === 0 ? "2.0.0" : "1.0.0" },
    ...{ targetVersion: kind > 1 ? "2.0.0" : null, releaseId: kind === 1 ? 1 : 2 },
    ...{ restarts: 0, cpuPercent: 1, rssBytes: 1, failure: kind === 5 ? failed : null },
    ...{ reportedAtMs: 100_000, changedAtMs: 1 },
  };
}
