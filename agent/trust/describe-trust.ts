import { Sha256 } from "@contract/names.ts";
import type { ReportRequest } from "@contract/report.ts";
import { trustRefusals, trustSubjects } from "@contract/verify-refusal.ts";
import { z } from "zod";
import type { Trust } from "./trust.ts";
import { remedyOf } from "./trust-problem.ts";

/** What a machine that checks signatures says of that to its master; undefined: it checks none. */
export function trustReport(trust: Trust): ReportRequest["trust"] {
  if (!trust.on) return undefined;
  const { root, freshnessSequence } = trust;
  return {
    rootVersion: root?.document.version ?? 0,
    rootFingerprint: root?.fingerprint ?? "",
    rootExpiresAtMs: root?.document.expiresAtMs ?? 0,
    freshnessSequence,
    problem: trust.problem(),
  };
}

/** In status.json. null: this machine checks no signatures. */
export const TrustStatus = z
  .object({
    root: z
      .object({
        version: z.number(),
        fingerprint: Sha256,
        expiresAtMs: z.number(),
        pinned: Sha256,
        how: z.enum(["given", "firstUse"]),
      })
      .nullable(),
    freshnessSequence: z.number(),
    freshUntilMs: z.number().nullable(),
    problem: z
      .object({
        refusal: z.enum(trustRefusals),
        what: z.enum(trustSubjects),
        message: z.string(),
        remedy: z.string(),
      })
      .nullable(),
  })
  .nullable();
export type TrustStatus = z.infer<typeof TrustStatus>;

export function trustStatus(trust: Trust): TrustStatus {
  if (!trust.on) return null;
  const { kept, freshness, freshnessSequence } = trust;
  const problem = trust.problem();
  return {
    root: kept && {
      version: kept.root.document.version,
      fingerprint: kept.root.fingerprint,
      expiresAtMs: kept.root.document.expiresAtMs,
      pinned: kept.pinned,
      how: kept.how,
    },
    freshnessSequence,
    freshUntilMs: freshness?.expiresAtMs ?? null,
    problem: problem && { ...problem, remedy: remedyOf(problem) },
  };
}

/** For `ifrit-agent status`. */
export function trustLines(status: TrustStatus): string[] {
  if (status === null) return ["signatures are not checked on this machine"];
  const { root, problem } = status;
  const lines = [
    root === null
      ? "signatures are checked, but there is no root document"
      : `signatures are checked, root ${root.version} until ${new Date(root.expiresAtMs).toISOString()}, ${root.fingerprint}`,
  ];
  if (problem !== null)
    lines.push(
      `  ${problem.what} refused, ${problem.refusal}: ${problem.message}`,
      `  → ${problem.remedy}`,
    );
  return lines;
}
