const units = [
  ["days", 86_400],
  ["hours", 3600],
  ["minutes", 60],
  ["seconds", 1],
] as const;

export type DurationPart = { unit: (typeof units)[number][0]; count: number };

/** The two largest units of a duration: 5400 → 1 hour 30 minutes. Zero is "0 seconds". */
export function durationParts(seconds: number): DurationPart[] {
  let rest = Math.max(0, Math.round(seconds));
  const parts: DurationPart[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push({ unit, count });
  }
  return parts.length === 0 ? [{ unit: "seconds", count: 0 }] : parts.slice(0, 2);
}
