"use client";

import { useQuery } from "@tanstack/react-query";
import { FileWarning } from "lucide-react";
import { useTranslations } from "next-intl";
import { meQuery } from "@/lib/access/queries.ts";
import { TextLink } from "../ui/text-link.tsx";

/** The configuration file is broken and the last good one goes on: said where whoever mends it is. */
export function ConfigBanner() {
  const t = useTranslations("access");
  const { data: me } = useQuery(meQuery());
  if (!me?.configProblem || me.role !== "administrator") return null;
  return (
    <section
      aria-label={t("file")}
      className="flex items-start gap-2 border-b bg-bad-soft px-4 py-2 text-bad text-sm sm:px-6 lg:px-8"
    >
      <FileWarning aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p className="min-w-0 break-words">
        {t("banner")} <TextLink href="/settings/access">{t("bannerLink")}</TextLink>
      </p>
    </section>
  );
}
