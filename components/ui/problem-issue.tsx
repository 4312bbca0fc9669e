"use client";

import { useTranslations } from "next-intl";
import { PlanIssueCode } from "@/lib/contract/release-vocabulary.ts";
import { TextLink } from "./text-link.tsx";

type Issue = {
  path: string;
  message: string;
  code?: string | undefined;
  values?: Record<string, string | number> | undefined;
};

/** Codes whose remedy is on the agent's page: to upload, to sign, to lift the mark. */
const mendedAtAgent = new Set<string>(["noVersion", "notSigned", "signatureRefused", "knownBad"]);

/** What is wrong with the input: with a plan in the reader's language, with the way to mend it; else the server's words. */
export function ProblemIssue({ issue }: { issue: Issue }) {
  const t = useTranslations("planIssue");
  const tVersions = useTranslations("versions");
  const known = PlanIssueCode.safeParse(issue.code);
  if (!known.success || !issue.values) {
    return (
      <>
        {issue.path ? <code className="font-mono font-medium">{issue.path}</code> : null}{" "}
        {issue.message}
      </>
    );
  }
  const { values } = issue;
  const agent = String(values.agentName ?? "");
  const sentence = t(known.data, {
    ...values,
    agent,
    cluster: String(values.clusterId ?? ""),
    clusters: String(values.clusterIds ?? ""),
    machine: String(values.machineId ?? ""),
    type: String(values.machineType ?? ""),
    version: values.version === "" ? tVersions("none") : String(values.version ?? ""),
  } as never);
  const remedy = mendedAtAgent.has(known.data) ? `/agents/${encodeURIComponent(agent)}` : null;
  return (
    <>
      {sentence} {remedy ? <TextLink href={remedy}>{t("toAgent", { agent })}</TextLink> : null}
    </>
  );
}
