"use client";

import { Hourglass, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { ReleaseSummary } from "@/lib/contract/console-views.ts";
import { cn } from "../ui/cn.ts";
import { useDuration } from "../ui/duration.tsx";
import { useNow } from "../ui/use-now.ts";
import { useReasonText } from "./reason-text.ts";
import { useStageName } from "./stage-name.ts";
import { knownWaitingFor, placeOf } from "./waiting-for.ts";

type Release = Pick<ReleaseSummary, "clusters" | "waitingFor" | "state">;

/** What the release waits for, in one sentence; nothing when it waits for nothing. */
export function WaitingLine({ release, className }: { release: Release; className?: string }) {
  const sentence = useWaitingSentence(release);
  if (!sentence) return null;
  const stopped = stoppedBy.includes(release.waitingFor?.code ?? "");
  const Icon = stopped ? TriangleAlert : Hourglass;
  return (
    <p
      className={cn(
        "flex items-start gap-1.5 text-[0.8125rem]",
        stopped ? "font-medium text-bad" : cn("text-muted", className),
      )}
    >
      <Icon aria-hidden className="mt-[3px] size-3.5 shrink-0" />
      <span>{sentence}</span>
    </p>
  );
}

/** These are not waited out: somebody has to look. */
const stoppedBy = ["gateFailed", "inconclusive", "facts"];

export function useWaitingSentence(release: Release): string | null {
  const t = useTranslations("waitingFor");
  const reasonText = useReasonText();
  const format = useFormatter();
  const stageName = useStageName();
  const duration = useDuration();
  const now = useNow(1000);
  const { waitingFor } = release;
  if (!waitingFor) return null;
  const code = knownWaitingFor(waitingFor);
  if (!code) return t("unknown", { code: waitingFor.code });
  const { values } = waitingFor;
  const { clusterName, stage } = placeOf(release.clusters, values);
  return t(code, {
    cluster: clusterName,
    stage: stage ? stageName(stage) : String(values.stage ?? ""),
    remaining: Number(values.remaining ?? 0),
    remainingText: format.number(Number(values.remaining ?? 0)),
    failed: Number(values.failed ?? 0),
    actor: String(values.actor ?? ""),
    left: duration(Math.max(0, (Number(values.untilMs ?? 0) - (now ?? 0)) / 1000)),
    reason: reasonText(code, String(values.reason ?? "")),
    age: duration(Number(values.ageSeconds ?? 0)),
  });
}
