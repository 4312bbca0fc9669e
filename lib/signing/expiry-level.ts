import type { ExpiryLevel } from "../contract/trust-views.ts";

const dayMs = 86_400_000;

/** Days before its end from which a root asks for its successor, ever louder. */
const levels = [
  { days: 0, level: "expired" },
  { days: 7, level: "alarm" },
  { days: 14, level: "warning" },
  { days: 30, level: "notice" },
] as const;

/** Pure. Times are milliseconds since the epoch. */
export function expiryLevel(expiresAtMs: number, nowMs: number): ExpiryLevel {
  return levels.find(({ days }) => expiresAtMs - nowMs <= days * dayMs)?.level ?? "good";
}
