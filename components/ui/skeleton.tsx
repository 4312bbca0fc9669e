import { cn } from "./cn.ts";

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-sunken", className)} />;
}

export function SkeletonLines({ lines = 4 }: { lines?: number }) {
  return (
    <div aria-hidden className="flex flex-col gap-3 py-2">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same
        <Skeleton key={line} className={cn("h-5", line % 3 === 2 ? "w-2/3" : "w-full")} />
      ))}
    </div>
  );
}
