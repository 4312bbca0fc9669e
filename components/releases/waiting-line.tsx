"use client";

import { Hourglass, TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import type { ReleaseSummary, WaitingFor } from "@/lib/contract/console-views.ts";
import type { WaitingForCode } from "@/lib/contract/release-vocabulary.ts";
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
  const stopped = release.waitingFor !== null && isStopped(release.waitingFor);
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

/** Not waited out: somebody has to look. */
function isStopped({ code, values }: WaitingFor): boolean {
  return stoppedBy.includes(code) && !passing.includes(String(values.reason));
}

/** A stage has just opened, machines are on their way back: no reason yet. */
const passing = ["beforeStage", "returning"];

const stoppedBy = ["gateFailed", "inconclusive", "facts", "masterUnreachable"];

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
  const leftMs = Number(values.untilMs ?? 0) - (now ?? 0);
  const { clusterName, stage } = placeOf(release.clusters, values);
  return t(sentenceOf(code, values.reason, leftMs), {
    cluster: clusterName,
    stage: stage ? stageName(stage) : String(values.stage ?? ""),
    remaining: Number(values.remaining ?? 0),
    remainingText: format.number(Number(values.remaining ?? 0)),
    failed: Number(values.failed ?? 0),
    actor: String(values.actor ?? ""),
    left: duration(leftMs / 1000),
    reason: reasonText(code, String(values.reason ?? "")),
    age: duration(Number(values.ageSeconds ?? 0)),
    since: now && values.sinceMs ? format.relativeTime(Number(values.sinceMs), now) : "",
  });
}

function sentenceOf(code: WaitingForCode, reason: unknown, leftMs: number) {
  if (code === "soak" && leftMs < 1000) return "soakOver";
  return code === "facts" && reason === "beforeStage" ? "factsToCome" : code;
}
