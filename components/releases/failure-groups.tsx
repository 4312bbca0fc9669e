"use client";

import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { FailureGroup, ReleaseDetail } from "@/lib/contract/console-views.ts";
import { useFailureText } from "../machines/failure-text.ts";
import { Section } from "../ui/card.tsx";
import { TextLink } from "../ui/text-link.tsx";

/** What went wrong, by reason, with machines to look at. */
export function FailureGroups({ release }: { release: ReleaseDetail }) {
  const t = useTranslations("failures");
  const { failures } = release;
  return (
    <Section title={t("title")}>
      {failures.length === 0 ? (
        <p className="flex items-center gap-2 py-1 text-muted">
          <CircleCheck aria-hidden className="size-4 text-ok" />
          {t("none")}
        </p>
      ) : (
        <ul className="flex flex-col divide-y">
          {failures.map((group) => (
            <li key={group.reason} className="py-3 first:pt-1 last:pb-0">
              <Group group={group} agentName={release.agentName} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Group({ group, agentName }: { group: FailureGroup; agentName: string }) {
  const t = useTranslations("failures");
  const format = useFormatter();
  const failureText = useFailureText();
  const newest = group.examples[0];
  const rest = group.machines - group.examples.length;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-medium text-bad">{failureText(group.reason)}</h3>
        <span className="tabular text-[0.8125rem] text-muted">
          {t("machines", { count: group.machines })}
        </span>
      </div>
      {newest?.message ? (
        <code className="block break-words rounded-md bg-sunken px-2.5 py-1.5 font-mono text-xs">
          {newest.message}
        </code>
      ) : null}
      <ul className="flex flex-wrap gap-x-3 text-[0.8125rem]">
        {group.examples.map(({ machineId, hostname }) => (
          <li key={machineId}>
            <Link
              href={`/machines/${encodeURIComponent(machineId)}`}
              className="inline-block py-1 text-link hover:underline"
            >
              {hostname}
            </Link>
          </li>
        ))}
        {rest > 0 ? (
          <li>
            <TextLink href={`/machines?agent=${encodeURIComponent(agentName)}&phase=unhealthy`}>
              {t("more", { count: format.number(rest) })}
            </TextLink>
          </li>
        ) : null}
      </ul>
    </div>
  );
}
