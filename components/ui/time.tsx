"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useNow } from "./use-now.ts";
import { localZone, useZonePreference } from "./zone-preference.ts";

const exact = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
} as const;

/** A moment, as relative ("2 minutes ago") or exact time; hovering shows it locally and in UTC. */
export function Time(props: {
  ms: number;
  look?: "relative" | "exact" | "clock";
  className?: string;
}) {
  const format = useFormatter();
  const t = useTranslations("time");
  const zone = useZonePreference();
  const now = useNow(5000);
  const date = new Date(props.ms);
  const utc = format.dateTime(date, { ...exact, timeZone: "UTC" });
  const local = now === null ? utc : format.dateTime(date, { ...exact, timeZone: localZone() });
  const shown = zone === "utc" || now === null ? `${utc} UTC` : local;
  const clock = format.dateTime(date, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: zone === "utc" || now === null ? "UTC" : localZone(),
  });
  const relative =
    now === null ? shown : format.relativeTime(date, { now: Math.max(now, props.ms) });
  return (
    <time
      dateTime={date.toISOString()}
      title={t("both", { local, utc })}
      className={props.className}
    >
      {props.look === "exact" ? shown : props.look === "clock" ? clock : relative}
    </time>
  );
}
