"use client";

import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export function Checkbox(props: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is inside
    <label className={cn("flex cursor-pointer items-start gap-2.5 text-sm", props.className)}>
      <Base.Root
        checked={props.checked}
        onCheckedChange={(checked) => props.onChange(checked)}
        disabled={props.disabled}
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded border border-line-strong bg-surface data-checked:border-primary data-checked:bg-primary data-checked:text-on-primary data-disabled:opacity-50"
      >
        <Base.Indicator>
          <Check aria-hidden className="size-3" strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <span className="min-w-0">{props.children}</span>
    </label>
  );
}
