"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Snowflake } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { freezesQuery } from "@/lib/change-control/queries.ts";
import { changePolicyQuery, liftFreeze } from "@/lib/clusters/queries.ts";
import type { FreezeView } from "@/lib/contract/change-control.ts";
import type { ChangeWindow } from "@/lib/contract/change-rules.ts";
import type { ClusterDetail } from "@/lib/contract/console-views.ts";
import { Section } from "../ui/card.tsx";
import { useDuration } from "../ui/duration.tsx";
import { Facts } from "../ui/facts.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { ActionButton } from "./action-button.tsx";
import { FreezeDialog } from "./freeze-dialog.tsx";
import { useMayNot } from "./use-may.ts";

/** What keeps the cluster's machines from changing. */
export function ChangeControlCard({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const [open, setOpen] = useState(false);
  const because = useMayNot("write");
  const policy = useQuery(changePolicyQuery(cluster.id));
  const { data } = useQuery(freezesQuery());
  const freezes = (data?.freezes ?? []).filter(
    ({ clusterId }) => clusterId === null || clusterId === cluster.id,
  );
  const duration = useDuration();
  const max = (value: number | null) => (value === null ? t("unlimited") : value);
  return (
    <Section
      title={t("change")}
      actions={
        <ActionButton size="sm" because={because} onClick={() => setOpen(true)}>
          <Snowflake aria-hidden />
          {t("freeze")}
        </ActionButton>
      }
    >
      <Freezes freezes={freezes} />
      <QueryView query={policy}>
        {(rules) => (
          <Facts
            className="mt-4"
            facts={[
              [t("windows"), <Windows key="w" windows={rules.windows} />],
              [t("changingMax"), max(rules.changingMax)],
              [t("rollBackMax"), max(rules.rollBackChangingMax)],
              ...(rules.secondsBetweenChanges > 0
                ? [[t("between"), duration(rules.secondsBetweenChanges)] as const]
                : []),
            ]}
          />
        )}
      </QueryView>
      <FreezeDialog cluster={cluster} open={open} onOpenChange={setOpen} />
    </Section>
  );
}

function Freezes({ freezes }: { freezes: FreezeView[] }) {
  const t = useTranslations("cluster");
  if (freezes.length === 0) return <p className="text-muted text-sm">{t("noFreeze")}</p>;
  return (
    <ul className="flex flex-col divide-y">
      {freezes.map((freeze) => (
        <li key={freeze.id} className="flex items-start justify-between gap-3 py-2 first:pt-0">
          <FreezeText freeze={freeze} />
          <LiftButton freeze={freeze} />
        </li>
      ))}
    </ul>
  );
}

function FreezeText({ freeze }: { freeze: FreezeView }) {
  const t = useTranslations("cluster");
  const scope =
    freeze.origin === "master"
      ? "scopeMaster"
      : freeze.clusterId === null
        ? "scopeAll"
        : "scopeHere";
  return (
    <div className="min-w-0 text-sm">
      <p className="break-words">{freeze.reason}</p>
      <p className="text-[0.8125rem] text-subtle">
        {freeze.owner} · {t(scope)}
        {freeze.notAt.map(({ clusterId, clusterName, why, by }) => (
          <span key={clusterId} className="text-warn">
            {" · "}
            {t(why, { cluster: clusterName, by })}
          </span>
        ))}
      </p>
    </div>
  );
}

function LiftButton({ freeze }: { freeze: FreezeView }) {
  const t = useTranslations("cluster");
  const client = useQueryClient();
  const mayNot = useMayNot("write");
  const lift = useMutation({
    mutationFn: () => liftFreeze(freeze.id),
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => toast.error(error.message),
  });
  const because = freeze.origin === "master" ? t("liftThere") : mayNot;
  return (
    <ActionButton
      size="sm"
      because={because}
      disabled={lift.isPending}
      onClick={() => lift.mutate()}
    >
      {t("lift")}
    </ActionButton>
  );
}

function Windows({ windows }: { windows: ChangeWindow[] }) {
  const t = useTranslations("cluster");
  const locale = useLocale();
  if (windows.length === 0) return <>{t("anyTime")}</>;
  // 5 January 2026 is a Monday.
  const dayName = (day: number) =>
    new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(
      new Date(Date.UTC(2026, 0, 4 + day)),
    );
  const list = new Intl.ListFormat(locale, { type: "unit", style: "narrow" });
  return (
    <ul>
      {windows.map(({ days, from, to, timeZone }) => (
        <li key={`${days} ${from} ${to} ${timeZone}`}>
          {t("window", { days: list.format(days.map(dayName)), from, to, zone: timeZone })}
        </li>
      ))}
    </ul>
  );
}
