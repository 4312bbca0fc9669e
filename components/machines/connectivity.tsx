"use client";

import { Wifi, WifiOff } from "lucide-react";
import { useTranslations } from "next-intl";
import type { MachineSummary } from "@/lib/contract/console-views.ts";
import { Badge } from "../ui/badge.tsx";

/** Online or offline; for a machine that may not take part yet or any more, that instead. */
export function Connectivity({ machine }: { machine: Pick<MachineSummary, "status" | "online"> }) {
  const t = useTranslations("connectivity");
  if (machine.status === "pending") return <Badge tone="warn">{t("pending")}</Badge>;
  if (machine.status === "parked") return <Badge tone="off">{t("parked")}</Badge>;
  if (machine.status === "revoked") return <Badge tone="bad">{t("revoked")}</Badge>;
  return machine.online ? (
    <Badge tone="ok" icon={<Wifi aria-hidden />}>
      {t("online")}
    </Badge>
  ) : (
    <Badge tone="off" icon={<WifiOff aria-hidden />}>
      {t("offline")}
    </Badge>
  );
}
