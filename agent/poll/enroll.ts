import { type EnrollRequest, EnrollResponse } from "@contract/enroll.ts";
import { agentPaths } from "@contract/headers.ts";
import type { MachineFacts } from "@contract/machine-facts.ts";
import type { TrustedRoot } from "@contract/trust-root.ts";
import { TrustError } from "@contract/verify-refusal.ts";
import { type AgentConfig, writeConfig } from "../identity/config.ts";
import type { MachineKey } from "../identity/machine-key.ts";
import type { Layout } from "../layout.ts";
import { adoptRoot } from "../trust/adopt-root.ts";
import { fetchRoots } from "../trust/fetch-statements.ts";
import type { Trust } from "../trust/trust.ts";
import { MasterError } from "./master-error.ts";
import { parseAnswer, refusalOf, sendRequest } from "./send-request.ts";

/** Asks the master to take this machine in, and records what it says. Repeating it is harmless. */
export async function enroll(given: {
  layout: Layout;
  config: AgentConfig;
  key: MachineKey;
  facts: MachineFacts;
  fetcher: typeof fetch;
  trust: Trust;
  /** The root document that a person gave to begin with. */
  root?: TrustedRoot;
}): Promise<AgentConfig> {
  const { config } = given;
  if (config.enrollmentToken === null) {
    throw new MasterError(
      "refused",
      "no enrollment token: run `ifrit-agent enroll` again",
      null,
      "machine_unknown",
    );
  }
  const body: EnrollRequest = {
    enrollmentToken: config.enrollmentToken,
    machineId: config.machineId,
    publicKey: given.key.publicKey,
    facts: given.facts,
  };
  const answer = await sendRequest(
    given.fetcher,
    new URL(agentPaths.enroll, config.masterUrl).href,
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer);
  const { status, clusterId, root } = parseAnswer(answer, EnrollResponse);
  const trust = await adoptRoot(given.trust, {
    ...{ clusterId, root, pinned: config.trust, given: given.root ?? null },
    fetchRoots: (after) => fetchRoots(given.fetcher, config.masterUrl, after),
  }).catch((error) => refuseRoot(error, answer.status));
  const enrolled: AgentConfig = {
    ...config,
    trust,
    clusterId,
    enrollment: status,
    enrollmentToken: status === "accepted" ? null : config.enrollmentToken,
  };
  await writeConfig(given.layout, enrolled);
  return enrolled;
}

function refuseRoot(error: unknown, status: number): never {
  if (!(error instanceof TrustError)) throw error;
  throw new MasterError(
    "refused",
    `the master's root document is refused, ${error.reason}: ${error.message}`,
    status,
  );
}
