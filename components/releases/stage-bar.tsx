"use client";

import { Check, CircleDot, Lock, type LucideIcon, Undo2, X } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { StageProgress } from "@/lib/contract/console-views.ts";
import { cn } from "../ui/cn.ts";
import { partFill } from "./progress-look.ts";
import { barSegments, stageWidths } from "./stage-bar-segments.ts";
import { useStageName } from "./stage-name.ts";

const statusIcon: Record<StageProgress["status"], LucideIcon> = {
  waiting: Lock,
  open: CircleDot,
  passed: Check,
  failed: X,
  rolledBack: Undo2,
};

const statusColor: Record<StageProgress["status"], string> = {
  waiting: "text-subtle",
  open: "text-busy",
  passed: "text-ok",
  failed: "text-bad",
  rolledBack: "text-subtle",
};

/**
 * The stages of a release in one cluster as one bar: a box per stage, in it the machines by what they
 * are doing. Stages that are not open yet are outlined only. The large bar says it in words below.
 */
export function StageBar(props: { stages: StageProgress[]; look?: "small" | "large" }) {
  const t = useTranslations("stage");
  const large = props.look === "large";
  const widths = stageWidths(
    props.stages.map(({ counts }) => counts.targeted),
    large ? leastCaptioned : undefined,
  );
  return (
    <>
      <ol
        aria-label={t("barLabel")}
        className={cn("flex w-full min-w-0 gap-[3px]", large ? "items-stretch" : "items-center")}
      >
        {props.stages.map((stage, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
            key={index}
            className="flex min-w-0 flex-col gap-1.5"
            style={{ flex: `${widths[index]} 1 0` }}
          >
            <StageBox stage={stage} large={large} />
            {large ? <StageCaption stage={stage} className="max-sm:hidden" /> : null}
          </li>
        ))}
      </ol>
      {large ? (
        <ol aria-hidden="true" className="grid grid-cols-2 gap-x-3 gap-y-1.5 sm:hidden">
          {props.stages.map((stage, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
            <li key={index} className="min-w-0">
              <StageCaption stage={stage} />
            </li>
          ))}
        </ol>
      ) : null}
    </>
  );
}

/** Room for a stage's name below its box. */
const leastCaptioned = 0.11;

function StageBox({ stage, large }: { stage: StageProgress; large: boolean }) {
  const name = useStageName();
  const t = useTranslations("stage");
  const tPart = useTranslations("progress");
  const format = useFormatter();
  const segments = stage.status === "waiting" ? [] : barSegments(stage.counts);
  const words = segments.map(({ part, machines }) => `${tPart(part)} ${format.number(machines)}`);
  const label = [name(stage), t(`status.${stage.status}`), ...words].join(", ");
  return (
    <div
      role="img"
      aria-label={label}
      title={label}
      className={cn(
        "flex w-full overflow-hidden rounded-[5px]",
        large ? "h-7" : "h-2.5",
        stage.status === "waiting" && "border border-line-strong border-dashed bg-surface",
        stage.status === "rolledBack" && "opacity-45",
        stage.status === "failed" && "outline-2 outline-bad-fill outline-offset-1",
      )}
    >
      {segments.map(({ part, machines }) => (
        <span
          key={part}
          className={cn("min-w-[3px]", partFill[part])}
          style={{ flex: `${machines} 1 0` }}
        />
      ))}
    </div>
  );
}

function StageCaption({ stage, className }: { stage: StageProgress; className?: string }) {
  const name = useStageName();
  const format = useFormatter();
  const Icon = statusIcon[stage.status];
  return (
    <span className={cn("flex min-w-0 items-start gap-1 text-xs", className)}>
      <Icon aria-hidden className={cn("mt-0.5 size-3.5 shrink-0", statusColor[stage.status])} />
      <span className="min-w-0">
        <span className="block font-medium">{name(stage)}</span>
        <span className="tabular block text-subtle">
          {stage.status === "waiting" ? null : <>{format.number(stage.counts.healthy)} / </>}
          {format.number(stage.counts.targeted)}
        </span>
      </span>
    </span>
  );
}
