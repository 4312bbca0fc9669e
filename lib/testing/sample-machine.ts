import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { AgentState } from "../contract/agent-state.ts";
import { type EnrollRequest, type TokenRequest, tokenProofText } from "../contract/enroll.ts";
import { type ReportRequest, stateDigestText } from "../contract/report.ts";
import { machineFacts } from "./create-machine.ts";
import { unique } from "./unique.ts";

/** A machine's side of the wire, as ifrit-agent does it: key, proofs, digests. */
export type SampleMachine = { machineId: string; publicKey: string; privateKey: KeyObject };

export function sampleMachine(machineId = `m-${unique()}`): SampleMachine {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { machineId, publicKey: publicKey.export({ format: "jwk" }).x as string, privateKey };
}

export function enrollRequest(machine: SampleMachine, enrollmentToken: string): EnrollRequest {
  const { machineId, publicKey } = machine;
  return { enrollmentToken, machineId, publicKey, facts: machineFacts({ hostname: machineId }) };
}

export function tokenRequest(
  machine: SampleMachine,
  clusterId: string,
  counter: number,
  more: Pick<TokenRequest, "instance" | "source" | "auditHead"> = {},
): TokenRequest {
  const proof = { machineId: machine.machineId, clusterId, counter, ...more };
  const signature = sign(null, Buffer.from(tokenProofText(proof)), machine.privateKey);
  return { ...proof, signature: signature.toString("base64url") };
}

export function agentState(overrides: Partial<AgentState> = {}): AgentState {
  return {
    name: "log-agent",
    phase: "running",
    version: "1.0.0",
    targetVersion: null,
    releaseId: 1,
    pid: 4711,
    startedAtMs: 1_700_000_000_000,
    restarts: 0,
    cpuPercent: 1.5,
    rssBytes: 20_000_000,
    downloadPercent: null,
    failure: null,
    ...overrides,
  };
}

export function stateDigest(agents: AgentState[]): string {
  return createHash("sha256").update(stateDigestText(agents)).digest("hex").slice(0, 32);
}

export function reportRequest(
  sequence: number,
  agents: AgentState[],
  overrides: Partial<ReportRequest> = {},
): ReportRequest {
  return {
    schema: 1,
    sequence,
    kind: "full",
    ifritAgentVersion: "0.1.0",
    stateDigest: stateDigest(agents),
    agents,
    removed: [],
    ...overrides,
  };
}
