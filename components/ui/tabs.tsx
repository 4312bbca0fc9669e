"use client";

import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export type Tab<T extends string> = { value: T; label: ReactNode; content: ReactNode };

/** A choice of views of one thing; arrow keys move between them. */
export function Tabs<T extends string>(props: {
  label: string;
  tabs: readonly Tab<T>[];
  initial: T;
}) {
  return (
    <Base.Root defaultValue={props.initial} className="flex flex-col gap-4">
      <Base.List
        aria-label={props.label}
        className="scroll-thin flex gap-1 overflow-x-auto border-b"
      >
        {props.tabs.map(({ value, label }) => (
          <Base.Tab
            key={value}
            value={value}
            className="-mb-px shrink-0 cursor-pointer border-transparent border-b-2 px-3 py-2 text-muted hover:text-ink data-active:border-primary data-active:font-medium data-active:text-ink"
          >
            {label}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map(({ value, content }) => (
        <Base.Panel key={value} value={value} className="flex flex-col gap-4">
          {content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
