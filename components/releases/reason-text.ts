"use client";

import { useTranslations } from "next-intl";
import { ChangeBlockedCode } from "@/lib/contract/change-rules.ts";
import {
  GateFailureReason,
  InconclusiveReason,
  NoFactsReason,
} from "@/lib/contract/release-vocabulary.ts";

/** The reason that a code or event carries, in words. Each code has a list of reasons of its own. */
export function useReasonText(): (code: string, reason: string) => string {
  const tGate = useTranslations("gateFailure");
  const tFacts = useTranslations("noFacts");
  const tFrozen = useTranslations("frozenBy");
  const tInconclusive = useTranslations("inconclusive");
  return (code, reason) => {
    const gate = GateFailureReason.safeParse(reason);
    if ((code === "gateFailed" || code === "failuresAccepted") && gate.success) {
      return tGate(gate.data);
    }
    const facts = NoFactsReason.safeParse(reason);
    if (code === "facts" && facts.success) return tFacts(facts.data);
    const frozen = ChangeBlockedCode.safeParse(reason);
    if (code === "frozen" && frozen.success) return tFrozen(frozen.data);
    const inconclusive = InconclusiveReason.safeParse(reason);
    if (inconclusive.success) return tInconclusive(inconclusive.data);
    return gate.success ? tGate(gate.data) : reason;
  };
}
