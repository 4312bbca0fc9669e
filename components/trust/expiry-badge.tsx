"use client";

import { CalendarClock, CalendarX, ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ExpiryLevel } from "@/lib/contract/trust-views.ts";
import { Badge } from "../ui/badge.tsx";

const looks = {
  good: { tone: "ok", icon: ShieldCheck },
  notice: { tone: "warn", icon: CalendarClock },
  warning: { tone: "warn", icon: CalendarClock },
  alarm: { tone: "bad", icon: CalendarClock },
  expired: { tone: "bad", icon: CalendarX },
} as const;

/** How near its end a root document is. */
export function ExpiryBadge({ level }: { level: ExpiryLevel }) {
  const t = useTranslations("trust.expiry");
  const { tone, icon: Icon } = looks[level];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {t(level)}
    </Badge>
  );
}
