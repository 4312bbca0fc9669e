"use client";

import { Ban, CircleCheck, CirclePause, CirclePlay, FilePen, Hourglass, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReleaseState } from "@/lib/contract/release-state.ts";
import { Badge } from "../ui/badge.tsx";

const looks = {
  draft: { tone: "plain", icon: FilePen },
  waitingForApproval: { tone: "warn", icon: Hourglass },
  running: { tone: "busy", icon: CirclePlay },
  paused: { tone: "warn", icon: CirclePause },
  completed: { tone: "ok", icon: CircleCheck },
  rolledBack: { tone: "off", icon: Undo2 },
  aborted: { tone: "off", icon: Ban },
} as const;

export function ReleaseStateBadge({ state }: { state: ReleaseState }) {
  const t = useTranslations("releaseState");
  const { tone, icon: Icon } = looks[state];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden />}>
      {t(state)}
    </Badge>
  );
}
