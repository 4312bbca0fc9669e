import type { MasterControl } from "../contract/master-control.ts";

/** Below this, two clocks are taken to agree: times are not worth moving, and a person compares them. */
const agreeingMs = 2_000;

/** Times by another side's clock, brought to ours. */
export function shiftControl<T extends Pick<MasterControl, "freezes" | "holds" | "knownBad">>(
  control: T,
  shiftMs: number,
): T {
  if (Math.abs(shiftMs) < agreeingMs) return control;
  const at = (ms: number) => Math.max(0, ms + shiftMs);
  const maybe = (ms: number | null) => (ms === null ? null : at(ms));
  return {
    ...control,
    freezes: control.freezes.map((freeze) => ({
      ...freeze,
      ...{ sinceMs: at(freeze.sinceMs), untilMs: maybe(freeze.untilMs) },
      liftedAtMs: maybe(freeze.liftedAtMs),
    })),
    holds: control.holds.map((hold) => ({
      ...hold,
      ...{ createdAtMs: at(hold.createdAtMs), untilMs: at(hold.untilMs) },
    })),
    knownBad: control.knownBad.map((mark) => ({
      ...mark,
      ...{ markedAtMs: at(mark.markedAtMs), liftedAtMs: maybe(mark.liftedAtMs) },
    })),
  };
}
