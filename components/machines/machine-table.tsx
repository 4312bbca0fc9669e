"use client";

import { useTranslations } from "next-intl";
import type { MachineSummary } from "@/lib/contract/console-views.ts";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { Time } from "../ui/time.tsx";
import { AgentChips } from "./agent-chips.tsx";
import { Connectivity } from "./connectivity.tsx";

export function MachineTable({ machines }: { machines: MachineSummary[] }) {
  const t = useTranslations("machines");
  const tType = useTranslations("machineType");
  const columns: Column<MachineSummary>[] = [
    {
      id: "hostname",
      isRowLink: true,
      header: t("column.hostname"),
      className: "whitespace-nowrap",
      cell: (machine) => machine.hostname,
      note: (machine) => `${tType(machine.type)} · ${machine.clusterId}`,
    },
    {
      id: "connectivity",
      header: t("column.connectivity"),
      cell: (machine) => <Connectivity machine={machine} />,
    },
    {
      id: "address",
      header: t("column.address"),
      from: "md",
      cell: (machine) => <span className="font-mono text-xs">{machine.address ?? "–"}</span>,
    },
    {
      id: "agents",
      header: t("column.agents"),
      from: "sm",
      className: "min-w-72",
      cell: (machine) => <AgentChips agents={machine.agents} />,
    },
    {
      id: "lastSeen",
      header: t("column.lastSeen"),
      align: "right",
      from: "sm",
      cell: (machine) => (
        <Time ms={machine.lastSeenAtMs} className="whitespace-nowrap text-muted" />
      ),
    },
  ];
  return (
    <DataTable
      label={t("title")}
      rows={machines}
      columns={columns}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/machines/${encodeURIComponent(id)}`}
    />
  );
}
