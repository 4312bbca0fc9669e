"use client";

import {
  Ban,
  CircleCheck,
  CircleDashed,
  Download,
  Eye,
  type LucideIcon,
  RefreshCw,
  RotateCcw,
  ShieldCheck,
  Trash2,
  TriangleAlert,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { AgentPhase } from "@/lib/contract/agent-state.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

const looks: Record<AgentPhase, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "plain", icon: CircleDashed },
  downloading: { tone: "busy", icon: Download },
  verifying: { tone: "busy", icon: ShieldCheck },
  switching: { tone: "busy", icon: RefreshCw },
  watching: { tone: "busy", icon: Eye },
  running: { tone: "ok", icon: CircleCheck },
  backoff: { tone: "warn", icon: RotateCcw },
  failed: { tone: "bad", icon: TriangleAlert },
  notEligible: { tone: "off", icon: Ban },
  removing: { tone: "busy", icon: Trash2 },
};

export function PhaseBadge({ phase, percent }: { phase: AgentPhase; percent?: number | null }) {
  const t = useTranslations("phase");
  const { tone, icon: Icon } = looks[phase];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {t(phase)}
      {phase === "downloading" && percent !== null && percent !== undefined
        ? ` ${Math.round(percent)} %`
        : null}
    </Badge>
  );
}
