import Link from "next/link";
import type { ReactNode } from "react";

/** One number with its name; a link when there is something to see behind it. */
export function Stat(props: {
  label: ReactNode;
  value: ReactNode;
  hint?: ReactNode;
  href?: string;
}) {
  const body = (
    <>
      <span className="flex items-center gap-1.5 text-[0.8125rem] text-muted">{props.label}</span>
      <span className="tabular font-semibold text-2xl leading-tight tracking-tight">
        {props.value}
      </span>
      {props.hint ? <span className="text-[0.8125rem] text-subtle">{props.hint}</span> : null}
    </>
  );
  const look = "flex min-w-0 flex-col gap-0.5 rounded-lg border bg-surface px-4 py-3 shadow-raised";
  if (!props.href) return <div className={look}>{body}</div>;
  return (
    <Link href={props.href} className={`${look} transition-colors hover:border-line-strong`}>
      {body}
    </Link>
  );
}
