"use client";

import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Overview } from "@/lib/contract/console-views.ts";
import { useFailureText } from "../machines/failure-text.ts";
import { Time } from "../ui/time.tsx";
import { type AttentionGroup, attentionGroups } from "./attention-groups.ts";

const machinesShown = 6;

/** What is wrong, by agent and reason, each line leading to the machines. */
export function AttentionList({ items }: { items: Overview["attention"] }) {
  const t = useTranslations("overview");
  if (items.length === 0) {
    return (
      <p className="flex items-center gap-2 py-3 text-muted">
        <CircleCheck aria-hidden className="size-4 text-ok" />
        {t("attentionEmpty")}
      </p>
    );
  }
  return (
    <ul className="flex flex-col divide-y">
      {attentionGroups(items).map((group) => (
        <li
          key={`${group.agentName} ${group.phase} ${group.reason}`}
          className="py-3 first:pt-1 last:pb-0"
        >
          <Group group={group} />
        </li>
      ))}
    </ul>
  );
}

function Group({ group }: { group: AttentionGroup }) {
  const t = useTranslations("overview");
  const failureText = useFailureText();
  const newest = group.items[0]!;
  const rest = group.items.length - machinesShown;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-baseline justify-between gap-4">
        <p className="font-medium text-bad">
          {group.phase === "backoff" && !group.reason
            ? t("attentionBackoff", { agent: group.agentName })
            : t("attentionFailed", { agent: group.agentName, reason: failureText(group.reason) })}
        </p>
        <Time ms={newest.sinceMs} className="shrink-0 text-[0.8125rem] text-subtle" />
      </div>
      {newest.message ? (
        <p className="line-clamp-2 break-words font-mono text-muted text-xs">{newest.message}</p>
      ) : null}
      <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-[0.8125rem]">
        {group.items.slice(0, machinesShown).map((item) => (
          <li key={item.machineId}>
            <Link
              href={`/machines/${encodeURIComponent(item.machineId)}`}
              className="text-link hover:underline"
            >
              {item.hostname}
            </Link>
          </li>
        ))}
        {rest > 0 ? (
          <li>
            <Link
              href={`/machines?agent=${encodeURIComponent(group.agentName)}&phase=${group.phase}`}
              className="text-link hover:underline"
            >
              {t("attentionMore", { count: rest })}
            </Link>
          </li>
        ) : null}
      </ul>
    </div>
  );
}
