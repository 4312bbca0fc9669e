"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ProgressCounts } from "@/lib/contract/console-views.ts";
import { cn } from "../ui/cn.ts";
import { partFill } from "./progress-look.ts";
import { barSegments } from "./stage-bar-segments.ts";

/** The parts of a bar in words and numbers. */
export function ProgressLegend({ counts }: { counts: ProgressCounts }) {
  const t = useTranslations("progress");
  const format = useFormatter();
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
      {barSegments(counts).map(({ part, machines }) => (
        <li key={part} className="flex items-center gap-1.5">
          <span aria-hidden className={cn("size-3 rounded-[3px] border", partFill[part])} />
          <span className="text-muted">{t(part)}</span>
          <span className="tabular font-medium">{format.number(machines)}</span>
        </li>
      ))}
    </ul>
  );
}
