"use client";

import { BellRing } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ApprovalView } from "@/lib/contract/approval-views.ts";
import { useReleaseTitle } from "../releases/release-title.tsx";
import { Badge } from "../ui/badge.tsx";
import { Time } from "../ui/time.tsx";
import { useShortReasons } from "./approval-reason.ts";
import { ApprovalStateBadge } from "./approval-state-badge.tsx";

export function ApprovalList({ approvals }: { approvals: ApprovalView[] }) {
  return (
    <ul className="flex flex-col divide-y">
      {approvals.map((approval) => (
        <li key={approval.releaseId} className="py-3.5 first:pt-1 last:pb-0">
          <ApprovalItem approval={approval} />
        </li>
      ))}
    </ul>
  );
}

/** What was asked for, by whom, why it waits or what became of it. */
function ApprovalItem({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const title = useReleaseTitle();
  const reasons = useShortReasons();
  return (
    <article className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="min-w-0 font-medium">
          <Link
            data-row-link
            href={`/approvals/${approval.releaseId}`}
            className="break-words hover:underline"
          >
            {title(approval)}
          </Link>
        </h3>
        <ApprovalStateBadge state={approval.state} />
        {approval.mayDecide ? (
          <Badge tone="busy" icon={<BellRing aria-hidden />}>
            {t("yours")}
          </Badge>
        ) : null}
      </div>
      <p className="text-[0.8125rem] text-muted">{reasons(approval.reasons)}</p>
      <p className="text-[0.8125rem] text-subtle">
        #{approval.releaseId} ·{" "}
        {t.rich("askedBy", {
          who: approval.askedBy,
          time: () => <Time ms={approval.askedAtMs} />,
        })}{" "}
        · <Outcome approval={approval} />
      </p>
      {approval.remark ? <p className="break-words text-sm">“{approval.remark}”</p> : null}
    </article>
  );
}

function Outcome({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approvals");
  const { state, decidedBy, decidedAtMs, expiresAtMs } = approval;
  if (decidedBy !== null && decidedAtMs !== null)
    return t.rich("decidedBy", {
      ...{ state, who: decidedBy, time: () => <Time ms={decidedAtMs} /> },
    });
  return t.rich(state === "waiting" ? "ends" : "ended", {
    time: () => <Time ms={expiresAtMs} />,
  });
}
