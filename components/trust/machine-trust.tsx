"use client";

import { ShieldCheck, ShieldQuestion } from "lucide-react";
import { useTranslations } from "next-intl";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Section } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { useRefusalText } from "./refusal-text.ts";

/** What the machine says that it believes. */
export function MachineTrust({ trust }: Pick<MachineDetail, "trust">) {
  const t = useTranslations("trust");
  const rooted = trust !== null && trust.rootVersion > 0;
  return (
    <Section title={t("machine.title")} bodyClassName="flex flex-col gap-3 text-sm">
      {trust?.problem ? null : <State trust={trust} />}
      {rooted ? (
        <Facts
          facts={[
            [
              t("machine.root"),
              <span key="root">
                {t("rootVersion", { version: trust.rootVersion })}{" "}
                <code className="font-mono text-subtle text-xs" title={trust.rootFingerprint}>
                  {trust.rootFingerprint.slice(0, 16)}
                </code>
              </span>,
            ],
            [t("machine.rootExpires"), <Time key="end" ms={trust.rootExpiresAtMs} look="exact" />],
            [
              t("machine.sequence"),
              <span key="seq" className="tabular">
                {trust.freshnessSequence}
              </span>,
            ],
          ]}
        />
      ) : null}
    </Section>
  );
}

function State({ trust }: Pick<MachineDetail, "trust">) {
  const t = useTranslations("trust.machine");
  const state = trust === null ? "none" : trust.rootVersion === 0 ? "noRoot" : "good";
  const Icon = state === "good" ? ShieldCheck : ShieldQuestion;
  return (
    <p className="flex items-start gap-2 text-muted">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${state === "good" ? "text-ok" : ""}`} />
      {t(state)}
    </p>
  );
}

/** What the machine refuses and why; nothing when it believes all. */
export function MachineRefusal({ trust }: Pick<MachineDetail, "trust">) {
  const t = useTranslations("trust");
  const text = useRefusalText();
  if (!trust?.problem) return null;
  const { what, refusal, message } = trust.problem;
  return (
    <Alert
      tone="bad"
      title={t("machine.refuses", { what: t(`subject.${what}`), why: text.reason(refusal) })}
    >
      <p>{t("machine.nothingChanges")}</p>
      <p className="mt-1">{text.whatToDo(what)}</p>
      <p className="mt-1 break-words text-[0.8125rem] text-muted">
        {t("machine.said")}: <code className="font-mono text-xs">{message}</code>
      </p>
    </Alert>
  );
}
