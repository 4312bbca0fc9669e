"use client";

import { useTranslations } from "next-intl";
import type { ApprovalReason } from "@/lib/contract/approval-views.ts";
import { Alert } from "../ui/alert.tsx";
import { useApprovalReason } from "./approval-reason.ts";

/** Before a release is ordered: that it will wait, and for which reasons. */
export function ApprovalNotice({ reasons }: { reasons: readonly ApprovalReason[] }) {
  const t = useTranslations("approval");
  const text = useApprovalReason("reason");
  if (reasons.length === 0) return null;
  return (
    <Alert tone="warn" title={t("before")}>
      <ul className="mt-1 list-disc pl-5">
        {reasons.map((reason) => (
          <li key={`${reason.code} ${reason.value}`}>{text(reason)}</li>
        ))}
      </ul>
      <p className="mt-1.5 text-[0.8125rem]">{t("beforeHint")}</p>
    </Alert>
  );
}
