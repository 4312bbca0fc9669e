"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { meQuery } from "@/lib/access/queries.ts";

/** Why somebody may not change machines; null: they may, somewhere at least. */
export function useMayNotChange(): string | null {
  const t = useTranslations("machineStatus");
  const { data: me } = useQuery(meQuery());
  if (!me || me.permissions.includes("machines.write")) return null;
  return t("mayNot");
}
