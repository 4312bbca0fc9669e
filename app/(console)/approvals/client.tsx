"use client";

import { useQuery } from "@tanstack/react-query";
import { UserRoundCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { ApprovalList } from "@/components/approvals/approval-list.tsx";
import { ButtonLink } from "@/components/ui/button.tsx";
import { Section } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { SkeletonLines } from "@/components/ui/skeleton.tsx";
import { useRowKeys } from "@/components/ui/use-row-keys.ts";
import { approvalsQuery } from "@/lib/approvals/queries.ts";

export function ApprovalsClient() {
  const t = useTranslations("approvals");
  const waiting = useQuery(approvalsQuery("waiting"));
  const all = useQuery(approvalsQuery("all"));
  const lists = useRef<HTMLDivElement>(null);
  useRowKeys(lists);
  return (
    <>
      <PageHeader title={t("title")} hint={t("hint")} />
      <div ref={lists} className="flex flex-col gap-5">
        <Section title={t("waiting")} hint={t("waitingHint")}>
          <QueryView query={waiting} skeleton={<SkeletonLines lines={3} />}>
            {({ approvals }) =>
              approvals.length > 0 ? <ApprovalList approvals={approvals} /> : <NothingWaits />
            }
          </QueryView>
        </Section>
        <Section title={t("decided")}>
          <QueryView query={all} skeleton={<SkeletonLines lines={3} />}>
            {({ approvals }) => {
              const decided = approvals.filter(({ state }) => state !== "waiting");
              return decided.length > 0 ? (
                <ApprovalList approvals={decided} />
              ) : (
                <p className="text-muted">{t("noneDecided")}</p>
              );
            }}
          </QueryView>
        </Section>
      </div>
    </>
  );
}

function NothingWaits() {
  const t = useTranslations("approvals");
  return (
    <EmptyState
      icon={<UserRoundCheck aria-hidden />}
      title={t("empty")}
      actions={<ButtonLink href="/settings/access">{t("limits")}</ButtonLink>}
    >
      {t("emptyHint")}
    </EmptyState>
  );
}
