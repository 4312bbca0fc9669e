"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { NumberInput } from "./number-input.tsx";
import { Select } from "./select.tsx";

const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
type Unit = keyof typeof unitSeconds;
const units = Object.keys(unitSeconds) as Unit[];

/** A duration as a number and its unit: the largest unit that divides it. */
export function DurationInput(props: {
  label: string;
  seconds: number;
  onChange: (seconds: number) => void;
}) {
  const t = useTranslations("durationUnit");
  const [unit, setUnit] = useState<Unit>(() => unitOf(props.seconds));
  return (
    <span className="flex gap-1">
      <NumberInput
        label={props.label}
        value={props.seconds / unitSeconds[unit]}
        min={0}
        max={1_000_000}
        onChange={(value) => props.onChange(Math.round(value * unitSeconds[unit]))}
        className="w-16"
      />
      <Select<Unit>
        label={t("label", { label: props.label })}
        value={unit}
        options={units.map((value) => ({ value, label: t(value) }))}
        onChange={(next) => {
          setUnit(next);
          props.onChange(Math.round((props.seconds / unitSeconds[unit]) * unitSeconds[next]));
        }}
        className="h-8"
      />
    </span>
  );
}

function unitOf(seconds: number): Unit {
  if (seconds === 0) return "minutes";
  return units.findLast((unit) => seconds % unitSeconds[unit] === 0) ?? "seconds";
}
