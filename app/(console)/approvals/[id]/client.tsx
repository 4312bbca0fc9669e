"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ApprovalFacts } from "@/components/approvals/approval-facts.tsx";
import { ApprovalPreview } from "@/components/approvals/approval-preview.tsx";
import { ApprovalStateBadge } from "@/components/approvals/approval-state-badge.tsx";
import { DecisionCard } from "@/components/approvals/decision-card.tsx";
import { PlanView } from "@/components/releases/plan-view.tsx";
import { useReleaseTitle } from "@/components/releases/release-title.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { approvalQuery } from "@/lib/approvals/queries.ts";
import type { ApprovalView } from "@/lib/contract/approval-views.ts";
import type { ReleaseDetail } from "@/lib/contract/console-views.ts";
import { releaseQuery } from "@/lib/releases/queries.ts";

export function ApprovalClient({ id }: { id: number }) {
  const approval = useQuery(approvalQuery(id));
  const release = useQuery(releaseQuery(id));
  return (
    <QueryView query={approval}>
      {(shown) => (
        <>
          <Header approval={shown} />
          <Outcome approval={shown} />
          <QueryView query={release}>
            {(detail) => <Body approval={shown} release={detail} />}
          </QueryView>
        </>
      )}
    </QueryView>
  );
}

function Header({ approval }: { approval: ApprovalView }) {
  const tNav = useTranslations("nav");
  const title = useReleaseTitle();
  return (
    <PageHeader
      trail={[{ href: "/approvals", label: tNav("approvals") }]}
      trailLabel={tNav("trail")}
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          {title(approval)}
          <ApprovalStateBadge state={approval.state} />
        </span>
      }
    />
  );
}

function Outcome({ approval: { state, decidedBy, remark } }: { approval: ApprovalView }) {
  const t = useTranslations("approval");
  if (state === "waiting") return null;
  const tone = state === "approved" ? "ok" : state === "denied" ? "bad" : "info";
  return (
    <Alert tone={tone} title={t(`outcome.${state}`, { who: decidedBy ?? "" })}>
      {state === "expired" || state === "withdrawn" ? t(`outcomeHint.${state}`) : remark}
    </Alert>
  );
}

function Body({ approval, release }: { approval: ApprovalView; release: ReleaseDetail }) {
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[1fr_26rem]">
      <div className="flex min-w-0 flex-col gap-5">
        <ApprovalFacts approval={approval} note={release.note} />
        {approval.state === "waiting" ? <ApprovalPreview release={release} /> : null}
        <PlanView plan={release.plan} clusters={release.clusters} />
      </div>
      <div className="xl:sticky xl:top-20">
        <DecisionCard approval={approval} />
      </div>
    </div>
  );
}
