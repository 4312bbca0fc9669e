import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const looks = {
  info: { icon: Info, style: "bg-busy-soft text-busy" },
  ok: { icon: CircleCheck, style: "bg-ok-soft text-ok" },
  warn: { icon: TriangleAlert, style: "bg-warn-soft text-warn" },
  bad: { icon: CircleAlert, style: "bg-bad-soft text-bad" },
} as const;

export function Alert(props: {
  tone: keyof typeof looks;
  title?: ReactNode;
  live?: boolean;
  className?: string;
  children?: ReactNode;
}) {
  const { icon: Icon, style } = looks[props.tone];
  return (
    <div
      role={props.live ? "alert" : undefined}
      className={cn("flex gap-2.5 rounded-md px-3.5 py-3 text-sm", style, props.className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        {props.title ? <p className="font-medium">{props.title}</p> : null}
        {props.children ? <div className="text-ink">{props.children}</div> : null}
      </div>
    </div>
  );
}
