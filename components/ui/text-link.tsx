import Link from "next/link";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

export function TextLink({ className, ...props }: ComponentProps<typeof Link>) {
  return (
    <Link className={cn("text-link underline-offset-2 hover:underline", className)} {...props} />
  );
}
