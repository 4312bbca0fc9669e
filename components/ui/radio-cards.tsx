"use client";

import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export type RadioCard<T extends string> = {
  value: T;
  title: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
};

/** A choice among alternatives that need a sentence each. */
export function RadioCards<T extends string>(props: {
  label: string;
  value: T | null;
  options: readonly RadioCard<T>[];
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <RadioGroup
      aria-label={props.label}
      value={props.value}
      onValueChange={(value) => props.onChange(value as T)}
      className={cn("grid gap-2.5", props.className)}
    >
      {props.options.map((option) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the radio is inside
        <label
          key={option.value}
          className="flex cursor-pointer gap-3 rounded-lg border bg-surface p-3.5 transition-colors hover:bg-canvas has-data-checked:border-primary has-data-checked:ring-1 has-data-checked:ring-primary has-data-disabled:cursor-not-allowed has-data-disabled:opacity-60"
        >
          <Radio.Root
            value={option.value}
            disabled={option.disabled}
            className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-line-strong bg-surface data-checked:border-primary data-checked:bg-primary"
          >
            <Radio.Indicator className="size-1.5 rounded-full bg-on-primary" />
          </Radio.Root>
          <span className="min-w-0">
            <span className="block font-medium">{option.title}</span>
            {option.hint ? (
              <span className="block text-[0.8125rem] text-muted">{option.hint}</span>
            ) : null}
          </span>
        </label>
      ))}
    </RadioGroup>
  );
}
