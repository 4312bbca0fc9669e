"use client";

import { useFormatter, useTranslations } from "next-intl";

/** For which clusters and agents something holds. */
export function useWhere(): (scope: { clusters: string[]; agents: string[] }) => string {
  const t = useTranslations("where");
  const format = useFormatter();
  const list = (names: string[]) => format.list(names);
  return ({ clusters, agents }) => {
    const all = { clusters: clusters.includes("*"), agents: agents.includes("*") };
    if (all.clusters && all.agents) return t("everywhere");
    if (all.agents) return t("clusters", { clusters: list(clusters) });
    if (all.clusters) return t("agents", { agents: list(agents) });
    return t("both", { clusters: list(clusters), agents: list(agents) });
  };
}
