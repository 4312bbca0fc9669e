/** Colours of parts that have no meaning of their own, in order; the last one is for the rest. */
export const seriesColors = [
  "var(--series-1)",
  "var(--series-2)",
  "var(--series-3)",
  "var(--series-4)",
  "var(--series-5)",
] as const;
export const restColor = "var(--series-6)";
export const noneColor = "var(--phase-pending)";
