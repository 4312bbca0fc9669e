import { cn } from "../ui/cn.ts";

/** The flame. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={cn("size-7", className)}>
      <rect width="32" height="32" rx="8" fill="#1b1410" />
      <path
        d="M16.7 4.5c.7 4.2 6.9 7 6.9 13.6 0 4.9-3.4 8.9-7.9 8.9-4.3 0-7.3-3.3-7.3-7.4 0-3.4 1.9-5.5 3.4-7.6.4 1.7 1 2.8 2.2 3.5-.5-3.9.4-7.7 2.7-11Z"
        fill="#fb7a3c"
      />
      <path
        d="M16 15.8c.3 2 3.1 3.2 3.1 6.2 0 2.1-1.4 3.6-3.3 3.6s-3.2-1.4-3.2-3.3c0-1.5.8-2.4 1.5-3.3.3.8.6 1.2 1.1 1.5-.2-1.7 0-3.2.8-4.7Z"
        fill="#ffd9a0"
      />
    </svg>
  );
}

export function Brand() {
  return (
    <span className="flex items-center gap-2.5">
      <BrandMark />
      <span className="font-semibold text-[1.0625rem] tracking-tight">ifrit</span>
    </span>
  );
}
