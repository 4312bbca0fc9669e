"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useNow } from "./use-now.ts";
import { localZone, useZonePreference } from "./zone-preference.ts";

/** A moment, as relative ("2 minutes ago") or exact time; hovering shows it locally and in UTC. */
export function Time(props: { ms: number; look?: "relative" | "exact"; className?: string }) {
  const format = useFormatter();
  const t = useTranslations("time");
  const zone = useZonePreference();
  const now = useNow(5000);
  const date = new Date(props.ms);
  const utc = exactTime(date, "UTC");
  const local = now === null ? utc : exactTime(date, localZone());
  const shown = zone === "utc" || now === null ? `${utc} UTC` : local;
  const relative =
    now === null ? shown : format.relativeTime(date, { now: withoutSkew(props.ms, now) });
  return (
    <time
      dateTime={date.toISOString()}
      title={t("both", { local, utc })}
      className={props.className}
    >
      {props.look === "exact" ? shown : relative}
    </time>
  );
}

const skewMs = 60_000;

// What has just happened by the server's clock is not "in 3 seconds" by the reader's.
function withoutSkew(ms: number, now: number): number {
  return ms > now && ms - now < skewMs ? ms : now;
}

/** 2026-03-09 14:05:00, in every language: operators compare it with logs. */
function exactTime(date: Date, timeZone: string): string {
  const options = { dateStyle: "short", timeStyle: "medium", timeZone } as const;
  return new Intl.DateTimeFormat("sv-SE", options).format(date);
}
