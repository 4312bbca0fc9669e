import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** Says what is missing and what to do next. */
export function EmptyState(props: {
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <div
      className={cn(
        "flex flex-col items-center gap-2 px-6 py-12 text-center [&>svg]:size-8 [&>svg]:text-subtle",
        props.className,
      )}
    >
      {props.icon}
      <p className="font-medium text-[0.9375rem]">{props.title}</p>
      {props.children ? <div className="max-w-md text-muted">{props.children}</div> : null}
      {props.actions ? (
        <div className="mt-3 flex flex-wrap justify-center gap-2">{props.actions}</div>
      ) : null}
    </div>
  );
}
