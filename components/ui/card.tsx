import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export function Card({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <div className={cn("min-w-0 rounded-lg border bg-surface shadow-raised", className)}>
      {children}
    </div>
  );
}

/** A titled card as a landmark of its own. */
export function Section(props: {
  id?: string;
  title: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}) {
  return (
    <section
      id={props.id}
      className={cn("min-w-0 rounded-lg border bg-surface shadow-raised", props.className)}
    >
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3.5 pb-2 sm:px-5">
        <div className="min-w-0">
          <h2 className="font-semibold text-[0.9375rem] tracking-tight">{props.title}</h2>
          {props.hint ? <p className="text-[0.8125rem] text-subtle">{props.hint}</p> : null}
        </div>
        {props.actions ? <div className="flex items-center gap-2">{props.actions}</div> : null}
      </header>
      <div className={cn("px-4 pb-4 sm:px-5", props.bodyClassName)}>{props.children}</div>
    </section>
  );
}
