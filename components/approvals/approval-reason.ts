"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import type { ApprovalReason } from "@/lib/contract/approval-views.ts";

/** Which limit is passed, as a sentence, or as a few words of a sentence. */
export function useApprovalReason(look: "reason" | "short"): (reason: ApprovalReason) => string {
  const t = useTranslations(`approvals.${look}`);
  const { data } = useQuery(clustersQuery());
  return ({ code, value }) =>
    t(code, {
      value: String(value),
      cluster: data?.clusters.find(({ id }) => id === value)?.name ?? String(value),
    });
}

export function useShortReasons(): (reasons: readonly ApprovalReason[]) => string {
  const format = useFormatter();
  const text = useApprovalReason("short");
  return (reasons) => format.list(reasons.map(text));
}
