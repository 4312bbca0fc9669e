"use client";

import { useTranslations } from "next-intl";
import { durationParts } from "./duration-parts.ts";

/** Seconds in words: "10 min", "1 h 30 min". */
export function useDuration(): (seconds: number) => string {
  const t = useTranslations("duration");
  return (seconds) =>
    durationParts(seconds)
      .map((part) => t(part.unit, { count: part.count }))
      .join(" ");
}
