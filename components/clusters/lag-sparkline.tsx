"use client";

import { useTranslations } from "next-intl";

const width = 96;
const height = 24;

/** How long the exchanges of the last hour took. */
export function LagSparkline({ lags }: { lags: readonly (readonly [number, number])[] }) {
  const t = useTranslations("clusters");
  const values = lags.map(([, ms]) => ms);
  if (values.length < 3) return null;
  const max = Math.max(...values, 1);
  const points = values.map((ms, index) => {
    const x = (index / (values.length - 1)) * width;
    return `${x.toFixed(1)},${(height - 2 - (ms / max) * (height - 4)).toFixed(1)}`;
  });
  const label = t("lagTrend", { min: Math.min(...values), max });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      className="h-6 w-24 text-subtle"
    >
      <title>{label}</title>
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
