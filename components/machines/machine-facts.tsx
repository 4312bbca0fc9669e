"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import { Section } from "../ui/card.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Facts } from "../ui/facts.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { Time } from "../ui/time.tsx";

export function MachineFactsCard({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machine");
  const tType = useTranslations("machineType");
  const format = useFormatter();
  const { facts } = machine;
  const rows: [ReactNode, ReactNode][] = [
    [
      t("fact.id"),
      <span key="id" className="flex items-center gap-2">
        <code className="min-w-0 break-all font-mono text-xs">{machine.id}</code>
        <CopyButton text={machine.id} />
      </span>,
    ],
    [
      t("fact.cluster"),
      <TextLink key="cluster" href={`/machines?cluster=${machine.clusterId}`}>
        {machine.clusterId}
      </TextLink>,
    ],
    [t("fact.type"), tType(machine.type)],
    [t("fact.platform"), <Mono key="platform">{machine.platform}</Mono>],
    [t("fact.kernel"), <Mono key="kernel">{facts.kernel || "–"}</Mono>],
    [
      t("fact.addresses"),
      <Mono key="addresses">{facts.addresses.join(", ") || machine.address || "–"}</Mono>,
    ],
    [t("fact.ifritAgent"), <Mono key="ifrit">{machine.ifritAgentVersion}</Mono>],
    [t("fact.lastSeen"), <Time key="seen" ms={machine.lastSeenAtMs} />],
    [t("fact.enrolled"), <Time key="enrolled" ms={machine.enrolledAtMs} />],
    [
      t("fact.slot"),
      <span key="slot" className="tabular" title={t("slotHint")}>
        {format.number(machine.slot)} / {format.number(16_384)}
      </span>,
    ],
  ];
  const labels = Object.entries(facts.labels);
  return (
    <Section title={t("facts")}>
      <Facts facts={rows} />
      <h3 className="mt-4 mb-1.5 font-medium text-[0.8125rem] text-muted">{t("labels")}</h3>
      {labels.length === 0 ? (
        <p className="text-subtle">{t("noLabels")}</p>
      ) : (
        <ul className="flex flex-wrap gap-1.5">
          {labels.map(([key, value]) => (
            <li key={key} className="rounded-md border bg-canvas px-1.5 py-0.5 font-mono text-xs">
              {key}={value}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Mono({ children }: { children: ReactNode }) {
  return <span className="break-all font-mono text-xs">{children}</span>;
}
