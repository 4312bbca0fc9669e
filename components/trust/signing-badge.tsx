"use client";

import { CircleHelp, Hourglass, PenLine, ShieldAlert, ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ClusterTrustView } from "@/lib/contract/trust-views.ts";
import { Badge } from "../ui/badge.tsx";

const looks = {
  signs: { tone: "ok", icon: PenLine },
  off: { tone: "warn", icon: ShieldOff },
  noKey: { tone: "bad", icon: ShieldAlert },
  keyNotNamed: { tone: "bad", icon: ShieldAlert },
  thresholdAboveOne: { tone: "bad", icon: ShieldAlert },
  notYet: { tone: "off", icon: Hourglass },
  stale: { tone: "bad", icon: ShieldAlert },
  unknown: { tone: "off", icon: CircleHelp },
} as const satisfies Record<ClusterTrustView["signing"], object>;

export function SigningBadge({ signing }: Pick<ClusterTrustView, "signing">) {
  const t = useTranslations("trust.signing");
  const { tone, icon: Icon } = looks[signing];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {t(signing)}
    </Badge>
  );
}
