"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { AuditEntryView } from "@/lib/contract/console-views.ts";
import { Time } from "../ui/time.tsx";
import { useActorName } from "./actor-name.ts";
import { auditSentenceKey, auditSentenceValues, auditSubjectHref } from "./audit-sentence.ts";

/** One write as a sentence, its subject a link. */
export function AuditSentence({ entry }: { entry: AuditEntryView }) {
  const t = useTranslations("audit.sentence");
  const tActor = useTranslations("audit.actor");
  const name = useActorName();
  const values = {
    ...auditSentenceValues(entry),
    actor:
      entry.actorKind === "machine" ? tActor("machine", { actor: entry.actor }) : name(entry.actor),
  };
  const href = auditSubjectHref(entry);
  const key = auditSentenceKey(entry.action);
  const tags = {
    who: (chunks: ReactNode) => <span className="font-medium">{chunks}</span>,
    what: (chunks: ReactNode) =>
      href ? (
        <Link href={href} className="font-medium text-link hover:underline">
          {chunks}
        </Link>
      ) : (
        <span className="font-medium">{chunks}</span>
      ),
  };
  if (!key) return t.rich("unknown", { ...values, ...tags, action: entry.action });
  return t.rich(key, { ...values, ...tags });
}

export function AuditLines({ entries }: { entries: AuditEntryView[] }) {
  return (
    <ol className="flex flex-col">
      {entries.map((entry) => (
        <li
          key={entry.id}
          className="flex items-baseline justify-between gap-4 border-b py-2 text-sm last:border-b-0"
        >
          <span className="min-w-0 break-words">
            <AuditSentence entry={entry} />
          </span>
          <Time ms={entry.atMs} className="shrink-0 text-[0.8125rem] text-subtle" />
        </li>
      ))}
    </ol>
  );
}
