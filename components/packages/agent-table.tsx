"use client";

import { CircleCheck, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { AgentSummary } from "@/lib/contract/console-views.ts";
import { useClusterHref } from "../shell/use-cluster.ts";
import { Badge } from "../ui/badge.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { VersionBar, VersionLegend } from "./version-distribution.tsx";
import { versionSegments } from "./version-segments.ts";

export function AgentTable({ agents }: { agents: AgentSummary[] }) {
  const t = useTranslations("agents");
  const format = useFormatter();
  const clusterHref = useClusterHref();
  const columns: Column<AgentSummary>[] = [
    {
      id: "name",
      isRowLink: true,
      header: t("column.name"),
      className: "max-w-64",
      cell: (agent) => agent.name,
      note: (agent) => agent.description,
    },
    {
      id: "distribution",
      header: t("column.distribution"),
      className: "w-[45%] min-w-56",
      cell: (agent) => <Distribution agent={agent} />,
    },
    {
      id: "latest",
      header: t("column.latest"),
      from: "sm",
      cell: (agent) => <span className="font-mono text-xs">{agent.latestVersion ?? "–"}</span>,
    },
    {
      id: "versions",
      header: t("column.versions"),
      from: "md",
      align: "right",
      cell: (agent) => format.number(agent.versions),
    },
    {
      id: "unhealthy",
      header: t("column.health"),
      from: "sm",
      cell: (agent) =>
        agent.unhealthy > 0 ? (
          <Badge tone="bad" icon={<TriangleAlert aria-hidden />}>
            {t("unhealthy", { count: agent.unhealthy })}
          </Badge>
        ) : (
          <Badge tone="ok" icon={<CircleCheck aria-hidden />}>
            {t("healthy")}
          </Badge>
        ),
    },
  ];
  return (
    <DataTable
      label={t("title")}
      rows={agents}
      columns={columns}
      rowKey={({ name }) => name}
      rowHref={({ name }) => clusterHref(`/agents/${encodeURIComponent(name)}`)}
    />
  );
}

function Distribution({ agent }: { agent: AgentSummary }) {
  const segments = versionSegments(agent.distribution);
  return (
    <div className="flex flex-col gap-1.5">
      <VersionBar segments={segments} />
      <VersionLegend agentName={agent.name} segments={segments} />
    </div>
  );
}
