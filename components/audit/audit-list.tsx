"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AuditEntryView } from "@/lib/contract/console-views.ts";
import { cn } from "../ui/cn.ts";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { AuditDiff } from "./audit-diff.tsx";
import { AuditSentence } from "./audit-line.tsx";

/** Writes as sentences, newest first; each opens to what was before and after. */
export function AuditList({ entries }: { entries: AuditEntryView[] }) {
  return (
    <ol className="divide-y">
      {entries.map((entry) => (
        <AuditRow key={entry.id} entry={entry} />
      ))}
    </ol>
  );
}

function AuditRow({ entry }: { entry: AuditEntryView }) {
  const t = useTranslations("audit");
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className="flex items-start gap-2 px-3 py-2.5 sm:px-5">
        <button
          type="button"
          aria-expanded={open}
          aria-label={t("details", { id: entry.id })}
          onClick={() => setOpen(!open)}
          className="mt-0.5 rounded p-0.5 text-subtle hover:bg-sunken"
        >
          <ChevronRight
            aria-hidden
            className={cn("size-4 transition-transform", open && "rotate-90")}
          />
        </button>
        <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
          <p className="min-w-0 break-words">
            <AuditSentence entry={entry} />
          </p>
          <p className="text-[0.8125rem] text-subtle">
            <Time ms={entry.atMs} look="exact" />
          </p>
        </div>
      </div>
      {open ? (
        <div className="grid gap-5 border-t bg-canvas/60 px-5 py-4 lg:grid-cols-[20rem_1fr]">
          <Facts
            className="content-start"
            facts={[
              [t("fact.action"), <Code key="action" text={entry.action} />],
              [
                t("fact.subject"),
                <Code key="subject" text={`${entry.subjectKind}:${entry.subjectId}`} />,
              ],
              [t("fact.cluster"), entry.clusterId ?? "–"],
              [t("fact.source"), entry.source],
              [t("fact.request"), <Code key="request" text={entry.requestId} />],
            ]}
          />
          <AuditDiff before={entry.before} after={entry.after} />
        </div>
      ) : null}
    </li>
  );
}

function Code({ text }: { text: string }) {
  return <code className="break-all font-mono text-xs">{text}</code>;
}
