"use client";

import { Snowflake } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { FreezeView } from "@/lib/contract/change-control.ts";
import type { ClusterView } from "@/lib/contract/console-views.ts";
import { Badge } from "../ui/badge.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Time } from "../ui/time.tsx";
import { LagSparkline } from "./lag-sparkline.tsx";
import { MasterBadge, MasterContact } from "./master-badge.tsx";

export function ClusterTable(props: { clusters: ClusterView[]; freezes: FreezeView[] }) {
  const t = useTranslations("clusters");
  const columns: Column<ClusterView>[] = [
    {
      ...{ id: "name", isRowLink: true, header: t("column.name") },
      cell: ({ name }) => name,
      note: ({ id }) => id,
    },
    {
      ...{ id: "machines", header: t("column.machines"), className: "min-w-40" },
      cell: ({ machines }) => <MachinesBar machines={machines} />,
    },
    {
      ...{ id: "master", header: t("column.master") },
      cell: ({ master }) => <MasterBadge master={master} />,
      note: ({ master }) => <MasterContact master={master} />,
    },
    {
      ...{ id: "limits", header: t("column.limits"), from: "sm" },
      cell: ({ id }) => <ChangeBadge clusterId={id} freezes={props.freezes} />,
    },
    {
      ...{ id: "state", header: t("column.state"), from: "lg" },
      cell: ({ desiredState }) => <BuiltState state={desiredState} />,
    },
    {
      ...{ id: "lag", header: t("column.lag"), from: "xl" },
      cell: ({ master }) =>
        master ? (
          <span className="flex items-center gap-2 text-muted">
            <LagSparkline lags={master.lags} />
            {master.lagMs === null ? null : t("lag", { ms: master.lagMs })}
          </span>
        ) : null,
    },
  ];
  return (
    <DataTable
      label={t("title")}
      rows={props.clusters}
      columns={columns}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/clusters/${encodeURIComponent(id)}`}
    />
  );
}

function MachinesBar({ machines }: Pick<ClusterView, "machines">) {
  const t = useTranslations("clusters");
  const format = useFormatter();
  const { online, offline, total } = machines;
  if (total === 0) return <span className="text-subtle">{t("noMachines")}</span>;
  const share = (part: number) => `${(part / total) * 100}%`;
  return (
    <div className="flex flex-col gap-1">
      <span className="tabular">
        {t("share", { online: format.number(online), total: format.number(total) })}
      </span>
      <span aria-hidden className="flex h-1.5 overflow-hidden rounded-full bg-sunken">
        <span className="bg-ok-fill" style={{ width: share(online) }} />
        <span className="pattern-offline" style={{ width: share(offline) }} />
      </span>
    </div>
  );
}

export function ChangeBadge(props: { clusterId: string; freezes: FreezeView[] }) {
  const t = useTranslations("clusters");
  const isFrozen = props.freezes.some(
    ({ clusterId }) => clusterId === null || clusterId === props.clusterId,
  );
  if (!isFrozen) return <span className="text-muted">{t("open")}</span>;
  return (
    <Badge tone="warn" icon={<Snowflake aria-hidden />}>
      {t("frozen")}
    </Badge>
  );
}

export function BuiltState({ state }: { state: ClusterView["desiredState"] }) {
  const t = useTranslations("clusters");
  if (state.behind) return <Badge tone="busy">{t("behind")}</Badge>;
  if (state.builtAtMs === 0) return <span className="text-subtle">{t("neverBuilt")}</span>;
  return (
    <span className="text-muted" title={t("generation", { number: state.generation })}>
      {t.rich("built", { time: () => <Time key="t" ms={state.builtAtMs} /> })}
    </span>
  );
}
