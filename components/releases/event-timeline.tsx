"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import type { ReleaseDetail, ReleaseEvent } from "@/lib/contract/console-views.ts";
import { useActorName } from "../audit/actor-name.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/card.tsx";
import { cn } from "../ui/cn.ts";
import { useDuration } from "../ui/duration.tsx";
import { Time } from "../ui/time.tsx";
import { eventLook } from "./event-look.ts";
import { eventSentenceKey, eventSentenceValues } from "./event-sentence.ts";
import { useReasonText } from "./reason-text.ts";
import { useStageName } from "./stage-name.ts";

const shownFirst = 12;

/** What the release did and why, newest first. */
export function EventTimeline({ release }: { release: ReleaseDetail }) {
  const t = useTranslations("release");
  const [all, setAll] = useState(false);
  const newestFirst = release.events.toSorted((a, b) => b.id - a.id);
  const shown = all ? newestFirst : newestFirst.slice(0, shownFirst);
  return (
    <Section title={t("events")}>
      <ol className="flex flex-col">
        {shown.map((event, index) => (
          <EventItem
            key={event.id}
            event={event}
            release={release}
            last={index === shown.length - 1}
          />
        ))}
      </ol>
      {newestFirst.length > shown.length ? (
        <Button size="sm" className="mt-2" onClick={() => setAll(true)}>
          {t("allEvents", { count: newestFirst.length })}
        </Button>
      ) : null}
    </Section>
  );
}

function EventItem(props: { event: ReleaseEvent; release: ReleaseDetail; last: boolean }) {
  const { event } = props;
  const sentence = useEventSentence(props.release);
  const actorName = useActorName();
  const { icon: Icon, style } = eventLook(event.kind);
  const remark = event.detail.remark;
  return (
    <li className="flex gap-3">
      <div className="flex flex-col items-center">
        <span className={cn("grid size-6 shrink-0 place-items-center rounded-full", style)}>
          <Icon aria-hidden className="size-3.5" />
        </span>
        {props.last ? null : <span aria-hidden className="w-px flex-1 bg-line" />}
      </div>
      <div className="min-w-0 pb-4">
        <p className="break-words text-sm">{sentence(event)}</p>
        {remark ? <p className="break-words text-muted text-sm">“{remark}”</p> : null}
        <p className="text-[0.8125rem] text-subtle">
          {actorName(event.actor)} · <Time ms={event.atMs} look="exact" />
        </p>
      </div>
    </li>
  );
}

function useEventSentence(release: ReleaseDetail): (event: ReleaseEvent) => string {
  const t = useTranslations("event");
  const format = useFormatter();
  const duration = useDuration();
  const reason = useReasonText();
  const stageName = useStageName();
  const cluster = (id: string) => release.clusters.find(({ clusterId }) => clusterId === id);
  return (event) =>
    t(
      eventSentenceKey(event),
      eventSentenceValues(event, {
        clusterName: (id) => cluster(id)?.clusterName ?? id,
        stageName: ({ clusterId, number, kind, upToPercent }) => {
          const planned = cluster(clusterId)?.stages[number - 1];
          if (planned) return stageName(planned);
          return kind ? stageName({ kind, upToPercent }) : String(number);
        },
        duration,
        number: (value) => format.number(value),
        reason,
      }),
    );
}
