import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

export const controlStyle =
  "w-full rounded-md border border-line-strong bg-surface px-3 text-sm text-ink placeholder:text-subtle disabled:opacity-60 aria-invalid:border-bad";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(controlStyle, "h-9", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(controlStyle, "min-h-20 py-2", className)} {...props} />;
}
