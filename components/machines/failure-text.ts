"use client";

import { useTranslations } from "next-intl";
import { FailureReason } from "@/lib/contract/agent-state.ts";

/** Why something failed, in words; codes of a newer agent are shown as they are. */
export function useFailureText(): (reason: string | null) => string {
  const t = useTranslations("failure");
  return (reason) => {
    if (reason === null) return t("unknown");
    const known = FailureReason.safeParse(reason);
    return known.success ? t(known.data) : reason;
  };
}
