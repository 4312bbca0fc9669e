import { cva, type VariantProps } from "class-variance-authority";
import Link from "next/link";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

export const buttonStyle = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        primary: "bg-primary text-on-primary hover:not-disabled:bg-primary-hover",
        secondary: "border bg-surface text-ink shadow-raised hover:not-disabled:bg-sunken",
        ghost: "text-muted hover:not-disabled:bg-sunken hover:not-disabled:text-ink",
        danger: "bg-[#b91c1c] text-white hover:not-disabled:bg-[#991b1b]",
        dangerQuiet: "border bg-surface text-bad shadow-raised hover:not-disabled:bg-bad-soft",
      },
      size: {
        sm: "h-7 px-2.5 text-[0.8125rem]",
        md: "h-9 px-3.5 text-sm",
        lg: "h-11 px-5 text-[0.9375rem]",
        icon: "size-9",
        iconSm: "size-7",
      },
    },
    defaultVariants: { tone: "secondary", size: "md" },
  },
);

type Look = VariantProps<typeof buttonStyle>;

export function Button({ tone, size, className, ...props }: ComponentProps<"button"> & Look) {
  return <button type="button" className={cn(buttonStyle({ tone, size }), className)} {...props} />;
}

export function ButtonLink({
  tone,
  size,
  className,
  ...props
}: ComponentProps<typeof Link> & Look) {
  return <Link className={cn(buttonStyle({ tone, size }), className)} {...props} />;
}
