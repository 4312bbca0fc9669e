"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ClusterDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Section } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { BuiltState } from "./cluster-table.tsx";
import { LagSparkline } from "./lag-sparkline.tsx";
import { MasterBadge, MasterContact } from "./master-badge.tsx";

/** That the master is silent, or refused something, and what that means. */
export function MasterAlert({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const { master } = cluster;
  if (!master) return null;
  const problem = master.problem || master.orderProblem;
  if (master.unreachableSinceMs === null && !problem) return null;
  const isSilent = master.unreachableSinceMs !== null;
  return (
    <Alert tone={isSilent ? "bad" : "warn"} title={isSilent ? t("notConnected") : undefined}>
      {isSilent ? <p>{t("notConnectedHint")}</p> : null}
      {problem ? <p className="break-words">{t("problem", { problem })}</p> : null}
      {master.ordersWaiting > 0 ? (
        <p>{t("ordersWaiting", { count: master.ordersWaiting })}</p>
      ) : null}
    </Alert>
  );
}

export function MasterCard({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const tClusters = useTranslations("clusters");
  const { master, desiredState } = cluster;
  const state = [tClusters("column.state"), <BuiltState key="s" state={desiredState} />] as const;
  if (!master)
    return (
      <Section title={t("master")} actions={<MasterBadge master={master} />}>
        <Facts facts={[state]} />
      </Section>
    );
  return (
    <Section
      title={t("master")}
      hint={<MasterContact master={master} />}
      actions={<MasterBadge master={master} />}
    >
      <Facts
        facts={[
          [
            t("url"),
            <span key="u" className="break-all font-mono text-[0.8125rem]">
              {master.url}
            </span>,
          ],
          [t("version"), master.version ?? "–"],
          [t("clock"), <Clock key="c" aheadMs={master.clockAheadMs} />],
          [
            t("exchange"),
            <span key="l" className="flex items-center gap-2">
              {master.lagMs === null ? "–" : tClusters("lag", { ms: master.lagMs })}
              <LagSparkline lags={master.lags} />
            </span>,
          ],
          state,
        ]}
      />
    </Section>
  );
}

function Clock({ aheadMs }: { aheadMs: number | null }) {
  const t = useTranslations("cluster");
  if (aheadMs === null) return <>–</>;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (seconds < 2) return <>{t("clockSame")}</>;
  return <>{t(aheadMs > 0 ? "clockAhead" : "clockBehind", { seconds })}</>;
}

export function CompositionCard({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const tType = useTranslations("machineType");
  const tClusters = useTranslations("clusters");
  const format = useFormatter();
  const { types, ifritAgents } = cluster.composition;
  const query = `cluster=${encodeURIComponent(cluster.id)}`;
  return (
    <Section
      title={t("machines")}
      actions={
        <ButtonLink size="sm" href={`/machines?${query}&enrol=true`}>
          {t("enrol")}
        </ButtonLink>
      }
    >
      {types.length === 0 ? <p className="text-muted text-sm">{t("noMachines")}</p> : null}
      <Facts
        facts={types.map(({ type, machines, online }) => [
          <TextLink key={type} href={`/machines?${query}&type=${type}`}>
            {tType(type)}
          </TextLink>,
          tClusters("share", { online: format.number(online), total: format.number(machines) }),
        ])}
      />
      {ifritAgents.length > 0 ? (
        <>
          <h3 className="mt-4 mb-1.5 font-medium text-[0.8125rem] text-muted">
            {t("ifritAgents")}
          </h3>
          <Facts
            facts={ifritAgents.map(({ version, machines }) => [
              version || "–",
              format.number(machines),
            ])}
          />
        </>
      ) : null}
    </Section>
  );
}
