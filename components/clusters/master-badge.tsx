"use client";

import { CloudOff, House, RadioTower } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ClusterView } from "@/lib/contract/console-views.ts";
import { Badge } from "../ui/badge.tsx";
import { Time } from "../ui/time.tsx";

/** Where a cluster's master is, and whether it answers. */
export function MasterBadge({ master }: Pick<ClusterView, "master">) {
  const t = useTranslations("clusters");
  if (!master) return <Badge icon={<House aria-hidden />}>{t("local")}</Badge>;
  if (master.unreachableSinceMs !== null)
    return (
      <Badge tone="bad" icon={<CloudOff aria-hidden />}>
        {t("silent")}
      </Badge>
    );
  return (
    <Badge tone="ok" icon={<RadioTower aria-hidden />}>
      {t("answers")}
    </Badge>
  );
}

/** When a remote master was last heard. */
export function MasterContact({ master }: Pick<ClusterView, "master">) {
  const t = useTranslations("clusters");
  if (!master) return null;
  if (master.answeredAtMs === 0) return <>{t("neverAnswered")}</>;
  return <>{t.rich("answeredAt", { time: () => <Time key="t" ms={master.answeredAtMs} /> })}</>;
}
