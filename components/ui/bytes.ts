"use client";

import { useFormatter } from "next-intl";

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes with the unit that leaves one to four digits: 12.3 MiB. */
export function useBytes(): (bytes: number) => string {
  const format = useFormatter();
  return (bytes) => {
    const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
    const value = format.number(bytes / 1024 ** step, {
      maximumFractionDigits: step === 0 ? 0 : 1,
    });
    return `${value} ${units[step]}`;
  };
}
