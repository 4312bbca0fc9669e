import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** Names and values. */
export function Facts(props: {
  facts: readonly (readonly [name: ReactNode, value: ReactNode])[];
  className?: string;
}) {
  return (
    <dl className={cn("grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm", props.className)}>
      {props.facts.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order is fixed
        <div key={index} className="contents">
          <dt className="text-subtle">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
