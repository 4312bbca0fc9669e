"use client";

import { Ban, CircleCheck, Hourglass, TimerOff, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ApprovalView } from "@/lib/contract/approval-views.ts";
import { Badge } from "../ui/badge.tsx";

const looks = {
  waiting: { tone: "warn", icon: Hourglass },
  approved: { tone: "ok", icon: CircleCheck },
  denied: { tone: "bad", icon: Ban },
  expired: { tone: "off", icon: TimerOff },
  withdrawn: { tone: "off", icon: Undo2 },
} as const;

export function ApprovalStateBadge({ state }: { state: ApprovalView["state"] }) {
  const t = useTranslations("approvals.state");
  const { tone, icon: Icon } = looks[state];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {t(state)}
    </Badge>
  );
}
