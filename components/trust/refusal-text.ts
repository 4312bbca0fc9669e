"use client";

import { useTranslations } from "next-intl";
import type { TrustRefusal, TrustSubject } from "@/lib/contract/verify-refusal.ts";

/** Why something signed was refused, and what a person does about it. */
export function useRefusalText() {
  const t = useTranslations("trust");
  const reason = (refusal: TrustRefusal) => t(`refusal.${refusal}`);
  return {
    /** As a part of a sentence. */
    reason,
    sentence: (refusal: TrustRefusal) =>
      t("refusalSentence", { reason: upperFirst(reason(refusal)) }),
    whatToDo: (what: TrustSubject) => t(`whatToDo.${what}`),
  };
}

const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
