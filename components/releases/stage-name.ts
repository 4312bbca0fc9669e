"use client";

import { useTranslations } from "next-intl";

type Named = { kind: "gray" | "batch" | "full"; upToPercent?: number | null };

/** What a stage is called: "Gray machines", "Up to 10 %", "All machines". */
export function useStageName(): (stage: Named) => string {
  const t = useTranslations("stage");
  return ({ kind, upToPercent }) =>
    kind === "batch" ? t("batch", { percent: upToPercent ?? 0 }) : t(kind);
}
