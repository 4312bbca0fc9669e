"use client";

import { useFormatter } from "next-intl";

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Bytes with the unit that leaves one to four digits: 12.3 MB (steps of 1000, as the unit says). */
export function useBytes(): (bytes: number) => string {
  const format = useFormatter();
  return (bytes) => {
    const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    return format.number(bytes / 1000 ** step, {
      style: "unit",
      unit: units[step],
      unitDisplay: "short",
      maximumFractionDigits: step === 0 ? 0 : 1,
    });
  };
}
