"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ClusterView } from "@/lib/contract/console-views.ts";
import { cn } from "../ui/cn.ts";
import { clusterHealth, type Health } from "./cluster-health.ts";

const looks: Record<Health, string> = {
  well: "bg-ok-soft text-ok",
  some: "bg-warn-soft text-warn",
  many: "bg-bad-soft text-bad",
  silent: "bg-off-soft text-off border-dashed",
  empty: "bg-sunken text-muted",
};
const order: Health[] = ["well", "some", "many", "silent", "empty"];

/** A field per cluster: thirty of them are seen at once. Colour and words say the same. */
export function HealthGrid({ clusters }: { clusters: ClusterView[] }) {
  const t = useTranslations("clusters");
  const present = new Set(clusters.map(clusterHealth));
  return (
    <div className="flex flex-col gap-3">
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-2">
        {clusters.map((cluster) => (
          <li key={cluster.id}>
            <HealthField cluster={cluster} />
          </li>
        ))}
      </ul>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem] text-muted">
        {order
          .filter((health) => present.has(health))
          .map((health) => (
            <li key={health} className="flex items-center gap-1.5">
              <span aria-hidden className={cn("size-3 rounded-sm border", looks[health])} />
              {t(`legend.${health}`)}
            </li>
          ))}
      </ul>
    </div>
  );
}

function HealthField({ cluster }: { cluster: ClusterView }) {
  const t = useTranslations("clusters");
  const format = useFormatter();
  const health = clusterHealth(cluster);
  const { online, total, pending } = cluster.machines;
  const taking = total - pending;
  return (
    <Link
      href={`/clusters/${encodeURIComponent(cluster.id)}`}
      className={cn(
        "flex h-full flex-col gap-0.5 rounded-md border px-3 py-2 hover:border-line-strong",
        looks[health],
      )}
    >
      <span className="truncate font-medium text-sm">{cluster.name}</span>
      <span className="tabular text-[0.8125rem]">
        {health === "silent"
          ? t("silent")
          : taking > 0
            ? format.number(online / taking, { style: "percent", maximumFractionDigits: 1 })
            : t("noMachines")}
      </span>
    </Link>
  );
}
