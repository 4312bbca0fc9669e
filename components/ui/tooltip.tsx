"use client";

import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

export const TooltipProvider = Base.Provider;

export function Tooltip(props: { content: ReactNode; children: ReactElement }) {
  if (!props.content) return props.children;
  return (
    <Base.Root>
      <Base.Trigger render={props.children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-[60]">
          <Base.Popup className="max-w-72 rounded-md bg-primary px-2.5 py-1.5 text-[0.8125rem] text-on-primary shadow-float transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            {props.content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
