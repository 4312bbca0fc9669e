"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { meQuery } from "@/lib/access/queries.ts";

/** Why somebody may not change clusters, or (`administrator`) where masters are; null: they may. */
export function useMayNot(need: "write" | "administrator"): string | null {
  const t = useTranslations("clusters");
  const { data: me } = useQuery(meQuery());
  if (!me) return null;
  if (need === "administrator") return me.role === "administrator" ? null : t("notAllowed");
  return me.permissions.includes("clusters.write") ? null : t("mayNot");
}
