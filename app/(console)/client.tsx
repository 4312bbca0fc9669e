"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { AuditLines } from "@/components/audit/audit-line.tsx";
import { UnansweredAlert } from "@/components/clusters/unanswered.tsx";
import { AttentionList } from "@/components/overview/attention-list.tsx";
import { FirstSteps } from "@/components/overview/first-steps.tsx";
import { OverviewSkeleton } from "@/components/overview/overview-skeleton.tsx";
import { VersionDistribution } from "@/components/packages/version-distribution.tsx";
import { ReleaseCard } from "@/components/releases/release-card.tsx";
import { useClusterHref } from "@/components/shell/use-cluster.ts";
import { TrustNotice } from "@/components/trust/trust-notice.tsx";
import { ButtonLink } from "@/components/ui/button.tsx";
import { Section } from "@/components/ui/card.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { Stat } from "@/components/ui/stat.tsx";
import { TextLink } from "@/components/ui/text-link.tsx";
import type { Overview } from "@/lib/contract/console-views.ts";
import { overviewQuery } from "@/lib/overview/queries.ts";
import { overviewParams } from "./search-params.ts";

export function OverviewClient() {
  const t = useTranslations("overview");
  const [{ cluster }] = useQueryStates(overviewParams);
  const query = useQuery(overviewQuery({ cluster }));
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={query.data ? <FleetSentence overview={query.data} /> : null}
        actions={
          <ButtonLink href="/releases/new" tone="primary">
            <Plus aria-hidden />
            {t("newRelease")}
          </ButtonLink>
        }
      />
      <QueryView query={query} skeleton={<OverviewSkeleton />}>
        {(overview) => <OverviewBody overview={overview} />}
      </QueryView>
    </>
  );
}

function OverviewBody({ overview }: { overview: Overview }) {
  const unused = overview.machines.total === 0 || !overview.agents.some((agent) => agent.versions);
  const neverReleased = overview.recentAudit.every(({ subjectKind }) => subjectKind !== "release");
  const hasFleet = overview.runningReleases.length > 0 || overview.agents.length > 0;
  return (
    <>
      <TrustNotice />
      <UnansweredAlert unanswered={overview.unanswered} what="old" />
      {overview.machines.total > 0 ? <Counts overview={overview} /> : null}
      {unused || neverReleased ? <FirstSteps overview={overview} /> : null}
      {hasFleet ? (
        <div className="grid items-start gap-5 xl:grid-cols-[1.35fr_1fr]">
          <div className="flex min-w-0 flex-col gap-5">
            <Running overview={overview} />
            <Versions overview={overview} />
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            <Attention overview={overview} />
            <Recent overview={overview} />
          </div>
        </div>
      ) : (
        <Recent overview={overview} />
      )}
    </>
  );
}

function Running({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  const clusterHref = useClusterHref();
  if (overview.runningReleases.length === 0) return null;
  return (
    <Section
      title={t("running")}
      actions={<TextLink href={clusterHref("/releases")}>{t("allReleases")}</TextLink>}
    >
      <ul className="flex flex-col divide-y">
        {overview.runningReleases.map((release) => (
          <li key={release.id} className="py-3.5 first:pt-1 last:pb-0">
            <ReleaseCard release={release} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Versions({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  if (overview.agents.length === 0) return null;
  return (
    <Section title={t("versions")} hint={t("versionsHint")}>
      <VersionDistribution agents={overview.agents} />
    </Section>
  );
}

function Attention({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  return (
    <Section id="attention" title={t("attention")} hint={t("attentionHint")}>
      <AttentionList items={overview.attention} />
    </Section>
  );
}

function Recent({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  return (
    <Section title={t("recent")} actions={<TextLink href="/audit">{t("allAudit")}</TextLink>}>
      {overview.recentAudit.length > 0 ? (
        <AuditLines entries={overview.recentAudit.slice(0, 10)} />
      ) : (
        <p className="py-4 text-muted">{t("recentEmpty")}</p>
      )}
    </Section>
  );
}

function Counts({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const clusterHref = useClusterHref();
  const { machines } = overview;
  return (
    <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Stat
        label={t("machines")}
        value={format.number(machines.total)}
        hint={machines.pending > 0 ? t("pendingCount", { count: machines.pending }) : null}
        href={clusterHref("/machines")}
      />
      <Stat
        label={
          <>
            <span aria-hidden className="size-2 rounded-full bg-ok-fill" />
            {t("online")}
          </>
        }
        value={format.number(machines.online)}
        hint={share(machines.online, machines.total, format)}
        href={clusterHref("/machines?connectivity=online")}
      />
      <Stat
        label={
          <>
            <span aria-hidden className="pattern-offline size-2 rounded-full" />
            {t("offline")}
          </>
        }
        value={format.number(machines.offline)}
        hint={share(machines.offline, machines.total, format)}
        href={clusterHref("/machines?connectivity=offline")}
      />
      <Stat
        label={
          <>
            <span aria-hidden className="pattern-failed size-2 rounded-full" />
            {t("unhealthy")}
          </>
        }
        value={format.number(unhealthyAgents(overview))}
        hint={t("unhealthyHint")}
        href="#attention"
      />
    </div>
  );
}

function FleetSentence({ overview }: { overview: Overview }) {
  const t = useTranslations("overview");
  const failing = unhealthyAgents(overview);
  if (overview.machines.total === 0) return t("sentenceEmpty");
  if (failing > 0) return t("sentenceAttention", { count: failing });
  if (overview.runningReleases.length > 0) {
    return t("sentenceRunning", { count: overview.runningReleases.length });
  }
  return t("sentenceWell");
}

function unhealthyAgents({ agents }: Overview): number {
  return agents.reduce((sum, { unhealthy }) => sum + unhealthy, 0);
}

function share(part: number, total: number, format: ReturnType<typeof useFormatter>) {
  if (total === 0) return null;
  return format.number(part / total, { style: "percent", maximumFractionDigits: 1 });
}
