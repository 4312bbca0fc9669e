import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";

export function PageHeader(props: {
  title: ReactNode;
  hint?: ReactNode;
  trail?: readonly { href: string; label: ReactNode }[];
  trailLabel?: string;
  actions?: ReactNode;
}) {
  return (
    <div className="flex flex-col gap-1.5">
      {props.trail ? (
        <nav aria-label={props.trailLabel} className="flex items-center gap-1 text-[0.8125rem]">
          {props.trail.map((step) => (
            <span key={step.href} className="flex items-center gap-1">
              <Link href={step.href} className="text-muted hover:text-ink hover:underline">
                {step.label}
              </Link>
              <ChevronRight aria-hidden className="size-3.5 text-subtle" />
            </span>
          ))}
        </nav>
      ) : null}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="break-words font-semibold text-[1.375rem] leading-tight tracking-tight">
            {props.title}
          </h1>
          {props.hint ? <div className="mt-1 text-muted">{props.hint}</div> : null}
        </div>
        {props.actions ? (
          <div className="flex flex-wrap items-center gap-2">{props.actions}</div>
        ) : null}
      </div>
    </div>
  );
}
