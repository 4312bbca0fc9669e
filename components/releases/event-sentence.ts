import type { ReleaseEvent } from "@/lib/contract/console-views.ts";
import { ReleaseEventKind } from "@/lib/contract/release-vocabulary.ts";

export type EventSentenceKey =
  | ReleaseEventKind
  | "createdRemoval"
  | "stageOpenedAfter"
  | "stageOpenedSkipping"
  | "stageOpenedAtOnce"
  | "stagePassedAtOnce"
  | "clusterConvergingDone"
  | "gateFailedWithout"
  | "unknown";

/** The sentence that fits what an event carries; "unknown" for kinds of a newer server. */
export function eventSentenceKey({ kind, detail }: ReleaseEvent): EventSentenceKey {
  const known = ReleaseEventKind.safeParse(kind);
  if (!known.success) return "unknown";
  if (known.data === "created" && !detail.version) return "createdRemoval";
  if (known.data === "stageOpened") {
    if (Number(detail.skipped ?? 0) > 0) return "stageOpenedSkipping";
    if (detail.healthy === undefined) return "stageOpened";
    return isZero(detail.watchedSeconds) ? "stageOpenedAtOnce" : "stageOpenedAfter";
  }
  if (known.data === "stagePassed" && isZero(detail.watchedSeconds)) return "stagePassedAtOnce";
  if (known.data === "clusterConverging" && isZero(detail.remaining)) {
    return "clusterConvergingDone";
  }
  if (known.data === "gateFailed" && isZero(detail.failed)) return "gateFailedWithout";
  return known.data;
}

const isZero = (value: string | number | undefined) => Number(value ?? 0) === 0;

type Words = {
  clusterName: (clusterId: string) => string;
  stageName: (stage: EventStage) => string;
  duration: (seconds: number) => string;
  number: (value: number) => string;
  reason: (kind: string, reason: string) => string;
};

export type EventStage = {
  clusterId: string;
  number: number;
  kind: "gray" | "batch" | "full" | null;
  upToPercent: number | null;
};

/** The event's values as words in the reader's language. Values that it lacks become empty. */
export function eventSentenceValues(
  event: ReleaseEvent,
  words: Words,
): Record<string, string | number> {
  const { detail } = event;
  const text = (key: string) => String(detail[key] ?? "");
  const count = (key: string) => words.number(Number(detail[key] ?? 0));
  const kind = text("kind");
  return {
    kind: event.kind,
    agent: text("agent"),
    version: text("version"),
    cluster: detail.clusterId === undefined ? "" : words.clusterName(text("clusterId")),
    stage:
      detail.stage === undefined
        ? ""
        : words.stageName({
            clusterId: text("clusterId"),
            number: Number(detail.stage),
            kind: kind === "gray" || kind === "batch" || kind === "full" ? kind : null,
            upToPercent: detail.upToPercent === undefined ? null : Number(detail.upToPercent),
          }),
    healthy: count("healthy"),
    reachable: count("reachable"),
    targeted: count("targeted"),
    failed: count("failed"),
    remaining: Number(detail.remaining ?? 0),
    skipped: count("skipped"),
    watched: words.duration(Number(detail.watchedSeconds ?? 0)),
    reason: words.reason(event.kind, text("reason")),
  };
}
