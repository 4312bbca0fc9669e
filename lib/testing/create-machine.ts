import { machines } from "../../drizzle/schema/machines.ts";
import type { MachineFacts } from "../contract/machine-facts.ts";
import type { Services } from "../platform/services.ts";
import { unique } from "./unique.ts";

type MachineRow = typeof machines.$inferSelect;

/** A machine that has enrolled. Its slot is 0 unless given: the ring's rule is not repeated here. */
export async function createMachine(
  services: Services,
  clusterId: string,
  overrides: Partial<MachineRow> = {},
): Promise<MachineRow> {
  const id = overrides.id ?? `m-${unique()}`;
  const row: MachineRow = {
    id,
    clusterId,
    type: "LINUX",
    platform: "linux-x64",
    slot: 0,
    hostname: `host-${id}`,
    facts: machineFacts({ hostname: `host-${id}` }),
    status: "accepted",
    statusReason: null,
    publicKey: "A".repeat(43),
    tokenCounter: 0,
    tokenInstance: "",
    tokenInstanceAtMs: 0,
    tokenAtMs: 0,
    counterWentBackAtMs: 0,
    enrollmentTokenId: 0,
    labels: {},
    ifritAgentVersion: "0.1.0",
    stateDigest: "",
    reportSequence: 0,
    ...{ trust: null, trustRootVersion: 0, trustProblem: "", trustSequence: 0 },
    enrolledAtMs: services.now(),
    lastSeenAtMs: services.now(),
    counted: false,
    countedClasses: null,
    ...overrides,
  };
  await services.db.insert(machines).values(row);
  return row;
}

export function machineFacts(overrides: Partial<MachineFacts> = {}): MachineFacts {
  return {
    hostname: "host",
    type: "LINUX",
    platform: "linux-x64",
    kernel: "6.1.0",
    addresses: ["10.0.0.1"],
    labels: {},
    bootId: "",
    ifritAgentVersion: "0.1.0",
    ...overrides,
  };
}
