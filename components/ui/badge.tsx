import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

const badgeStyle = cva(
  "inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 font-medium text-xs whitespace-nowrap [&_svg]:size-3.5 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        ok: "bg-ok-soft text-ok",
        busy: "bg-busy-soft text-busy",
        warn: "bg-warn-soft text-warn",
        bad: "bg-bad-soft text-bad",
        off: "bg-off-soft text-off",
        plain: "bg-sunken text-muted",
      },
    },
    defaultVariants: { tone: "plain" },
  },
);

export type Tone = NonNullable<VariantProps<typeof badgeStyle>["tone"]>;

export function Badge(props: {
  tone?: Tone;
  icon?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span className={cn(badgeStyle({ tone: props.tone }), props.className)}>
      {props.icon}
      {props.children}
    </span>
  );
}
