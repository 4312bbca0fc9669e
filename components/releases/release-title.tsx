"use client";

import { useTranslations } from "next-intl";
import type { ReleaseSummary } from "@/lib/contract/console-views.ts";

/** "log-agent 1.4.0", or "Remove log-agent". */
export function useReleaseTitle(): (
  release: Pick<ReleaseSummary, "agentName" | "version">,
) => string {
  const t = useTranslations("release");
  return ({ agentName, version }) =>
    version === null
      ? t("titleRemove", { agent: agentName })
      : t("title", { agent: agentName, version });
}
