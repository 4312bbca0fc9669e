import { randomUUID } from "node:crypto";
import { knownBad } from "../../drizzle/schema/known-bad.ts";
import { hurryMasters } from "../clusters/hurry-masters.ts";
import type { GateFailureReason } from "../contract/release-vocabulary.ts";
import { lockAgent } from "../packages/find-version.ts";
import type { Transaction } from "../platform/database.ts";
import type { ReleaseRecord } from "../releases/engine/release-record.ts";
import type { Transition } from "../releases/engine/transitions.ts";
import { auditedMark } from "./audited-mark.ts";
import type { Audit } from "./lift-known-bad.ts";
import { findMarks } from "./standing-marks.ts";

/** A deadline says that machines are slow or away, and nothing of the version. */
const blamesVersion: Record<GateFailureReason, boolean> = {
  ...{ failures: true, lateFailures: true, restarts: true, cpu: true, memory: true },
  deadline: false,
};

/**
 * A gate that did not hold, because of what machines made of the version: no other release brings it to
 * anybody, in any cluster, until a person says otherwise.
 */
export async function markByGate(
  tx: Transaction,
  audit: Audit,
  { id: releaseId, plan }: ReleaseRecord,
  transitions: readonly Transition[],
  atMs: number,
): Promise<void> {
  const { agentName, version } = plan;
  const failed = transitions.find((one) => one.kind === "failGate");
  const reason = String(failed?.reason.values.reason ?? "");
  if (!failed || version === null || !(blamesVersion[reason as GateFailureReason] ?? false)) return;
  await lockAgent(tx, agentName);
  const marks = await findMarks(tx, agentName, version);
  if (marks.some((mark) => mark.clusterId === null)) return;
  const row = {
    ...{ orderKey: randomUUID(), clusterId: null, agentName, version, reason },
    ...{ cause: "gate" as const, releaseId, markedBy: "advance", markedAtMs: atMs },
  };
  await tx.insert(knownBad).values(row);
  await hurryMasters(tx, null);
  await audit({
    ...{ action: "version.marked-bad", ...auditedMark(row).subject },
    after: auditedMark(row).values,
  });
}
