"use client";

import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { cn } from "./cn.ts";

export type Option<T extends string = string> = { value: T; label: string; hint?: string };

/** One of a few known values. The label names the control for assistive technology. */
export function Select<T extends string>(props: {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  id?: string;
  /** Shows the label before the value, as filters do. */
  showLabel?: boolean;
  disabled?: boolean;
  className?: string;
}) {
  const current = props.options.find((option) => option.value === props.value);
  return (
    <Base.Root
      items={[...props.options]}
      value={props.value}
      onValueChange={(value) => props.onChange(value as T)}
      disabled={props.disabled}
      modal={false}
    >
      <Base.Trigger
        id={props.id}
        aria-label={`${props.label}: ${current?.label ?? props.value}`}
        className={cn(
          "flex h-9 min-w-0 items-center justify-between gap-2 rounded-md border border-line-strong bg-surface pr-2 pl-3 text-left text-sm hover:bg-sunken disabled:opacity-60 data-popup-open:bg-sunken",
          props.className,
        )}
      >
        <span className="min-w-0 truncate">
          {props.showLabel ? <span className="text-subtle">{props.label} </span> : null}
          {current?.label ?? props.value}
        </span>
        <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-subtle" />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner
          sideOffset={4}
          alignItemWithTrigger={false}
          className="z-[55] outline-none"
        >
          <Base.Popup className="max-h-(--available-height) min-w-(--anchor-width) max-w-80 overflow-y-auto rounded-lg border bg-surface p-1 shadow-float outline-none">
            <Base.List>
              {props.options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="grid cursor-default grid-cols-[1rem_1fr] items-center gap-2 rounded-md py-1.5 pr-3 pl-2 text-sm outline-none select-none data-highlighted:bg-sunken"
                >
                  <Base.ItemIndicator className="col-start-1">
                    <Check aria-hidden className="size-4 text-subtle" />
                  </Base.ItemIndicator>
                  <Base.ItemText className="col-start-2">
                    {option.label}
                    {option.hint ? (
                      <span className="block text-subtle text-xs">{option.hint}</span>
                    ) : null}
                  </Base.ItemText>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
