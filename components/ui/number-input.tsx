"use client";

import { useEffect, useState } from "react";
import { cn } from "./cn.ts";
import { Input } from "./input.tsx";

/** A number within limits. While it is typed it may be anything; what is reported is a number. */
export function NumberInput(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  unit?: string;
  onChange: (value: number) => void;
  className?: string;
}) {
  const [text, setText] = useState(String(props.value));
  useEffect(() => setText(String(props.value)), [props.value]);
  return (
    <span className={cn("relative block", props.className)}>
      <Input
        type="number"
        inputMode="decimal"
        aria-label={props.label}
        min={props.min}
        max={props.max}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const value = Number(event.target.value);
          if (event.target.value !== "" && Number.isFinite(value)) props.onChange(value);
        }}
        onBlur={() => setText(String(props.value))}
        className={cn("tabular h-8 px-2", props.unit && "pr-7")}
      />
      {props.unit ? (
        <span
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-subtle"
        >
          {props.unit}
        </span>
      ) : null}
    </span>
  );
}
