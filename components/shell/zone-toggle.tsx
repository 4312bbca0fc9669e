"use client";

import { Clock } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../ui/button.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { useNow } from "../ui/use-now.ts";
import { localZone, setZonePreference, useZonePreference } from "../ui/zone-preference.ts";

export function ZoneToggle({ className }: { className?: string }) {
  const t = useTranslations("shell");
  const zone = useZonePreference();
  const mounted = useNow(60_000) !== null;
  return (
    <Tooltip
      content={zone === "utc" ? t("zoneUtc") : t("zoneLocal", { zone: mounted ? localZone() : "" })}
    >
      <Button
        tone="ghost"
        size="sm"
        className={className}
        aria-label={t("zoneToggle", { zone: zone === "utc" ? "UTC" : t("local") })}
        onClick={() => setZonePreference(zone === "utc" ? "local" : "utc")}
      >
        <Clock aria-hidden />
        {zone === "utc" ? "UTC" : t("local")}
      </Button>
    </Tooltip>
  );
}
