"use client";

import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Overview } from "@/lib/contract/console-views.ts";
import { useFailureText } from "../machines/failure-text.ts";
import { Time } from "../ui/time.tsx";

/** What is wrong, worst first, each line leading to the machine. */
export function AttentionList({ items }: { items: Overview["attention"] }) {
  const t = useTranslations("overview");
  const failureText = useFailureText();
  if (items.length === 0) {
    return (
      <p className="flex items-center gap-2 py-3 text-muted">
        <CircleCheck aria-hidden className="size-4 text-ok" />
        {t("attentionEmpty")}
      </p>
    );
  }
  return (
    <ul className="flex flex-col">
      {items.map((item) => (
        <li key={`${item.machineId} ${item.agentName}`} className="border-b py-2.5 last:border-b-0">
          <div className="flex items-baseline justify-between gap-4">
            <Link
              href={`/machines/${encodeURIComponent(item.machineId)}`}
              className="min-w-0 truncate font-medium hover:underline"
            >
              {item.hostname}
            </Link>
            <Time ms={item.sinceMs} className="shrink-0 text-[0.8125rem] text-subtle" />
          </div>
          <p className="text-[0.8125rem]">
            <span className="font-medium text-bad">
              {item.phase === "backoff" && !item.reason
                ? t("attentionBackoff", { agent: item.agentName })
                : t("attentionFailed", { agent: item.agentName, reason: failureText(item.reason) })}
            </span>
          </p>
          {item.message ? (
            <p className="line-clamp-2 break-words text-[0.8125rem] text-subtle">{item.message}</p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
