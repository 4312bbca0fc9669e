"use client";

import { ArrowRight, Boxes } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { MachineAgentView, MachineDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Badge } from "../ui/badge.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { useBytes } from "../ui/bytes.ts";
import { Card, Section } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { BlockedLine } from "./blocked-line.tsx";
import { useFailureText } from "./failure-text.ts";
import { PhaseBadge } from "./phase-badge.tsx";
import { hasWhy, NextLine, WhyLine } from "./why-line.tsx";

/** Per agent: what should be, what is, and why. */
export function MachineAgents({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machine");
  if (machine.agents.length === 0) {
    return (
      <Card>
        <EmptyState
          icon={<Boxes aria-hidden />}
          title={t("noAgents")}
          actions={
            <ButtonLink href="/releases/new" tone="primary">
              {t("noAgentsAction")}
            </ButtonLink>
          }
        >
          {t("noAgentsHint")}
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {machine.agents.map((agent) => (
        <MachineAgentCard key={agent.name} agent={agent} />
      ))}
    </div>
  );
}

function MachineAgentCard({ agent }: { agent: MachineAgentView }) {
  const t = useTranslations("machine");
  const { actual } = agent;
  return (
    <Section
      title={
        <Link href={`/agents/${encodeURIComponent(agent.name)}`} className="hover:underline">
          {agent.name}
        </Link>
      }
      actions={
        actual ? (
          <PhaseBadge phase={actual.phase} percent={actual.downloadPercent} />
        ) : (
          <Badge>{t("notReported")}</Badge>
        )
      }
    >
      <div className="grid gap-4 lg:grid-cols-2">
        <DesiredAndActual agent={agent} />
        {actual ? <ProcessFacts agent={agent} /> : null}
      </div>
      {actual?.failure ? <Failure agent={agent} failure={actual.failure} /> : null}
    </Section>
  );
}

function DesiredAndActual({ agent }: { agent: MachineAgentView }) {
  const t = useTranslations("machine");
  const { desired, actual } = agent;
  const wanted =
    desired === null ? t("noWish") : desired.want === "absent" ? t("absent") : desired.version;
  return (
    <div className="flex flex-col gap-2.5">
      <div className="flex items-stretch gap-2">
        <VersionBox label={t("desired")} value={wanted} plain={desired?.want !== "present"} />
        <ArrowRight aria-hidden className="size-4 shrink-0 self-center text-subtle" />
        <VersionBox
          label={t("actual")}
          value={actual?.version ?? t("nothingInstalled")}
          plain={!actual?.version}
          differs={desired !== null && !agent.inSync}
        />
      </div>
      {hasWhy(agent) ? <WhyLine agent={agent} /> : <Because agent={agent} />}
      <BlockedLine agent={agent} />
      <NextLine agent={agent} />
    </div>
  );
}

/** Where it is not known which stage brought it: by an order from another deployment, or nobody's. */
function Because({ agent }: { agent: Pick<MachineAgentView, "desired"> }) {
  const t = useTranslations("machine");
  const { desired } = agent;
  return (
    <p className="text-[0.8125rem] text-muted">
      {desired
        ? t.rich(`because.${desired.scope}`, {
            release: () => (
              <Link
                href={`/releases/${desired.releaseId}`}
                className="font-medium text-link hover:underline"
              >
                {t("releaseNumber", { id: desired.releaseId })}
              </Link>
            ),
          })
        : t("noWishHint")}{" "}
      {desired ? <Time ms={desired.releasedAtMs} className="text-subtle" /> : null}
    </p>
  );
}

function VersionBox(props: { label: string; value: string; plain?: boolean; differs?: boolean }) {
  return (
    <div
      className={`min-w-0 flex-1 rounded-md border px-3 py-1.5 ${props.differs ? "border-warn-fill bg-warn-soft" : "bg-canvas"}`}
    >
      <p className="text-muted text-xs">{props.label}</p>
      <p className={props.plain ? "text-muted" : "break-all font-mono text-sm"}>{props.value}</p>
    </div>
  );
}

function ProcessFacts({ agent }: { agent: MachineAgentView }) {
  const t = useTranslations("machine.process");
  const format = useFormatter();
  const bytes = useBytes();
  const { actual } = agent;
  if (!actual) return null;
  return (
    <Facts
      className="content-start"
      facts={[
        [
          t("pid"),
          actual.pid === null ? (
            t("notRunning")
          ) : (
            <span key="pid" className="tabular font-mono text-xs">
              {actual.pid}
            </span>
          ),
        ],
        [
          t("since"),
          actual.startedAtMs === null ? "–" : <Time key="since" ms={actual.startedAtMs} />,
        ],
        [t("restarts"), format.number(actual.restarts)],
        [
          t("cpu"),
          actual.cpuPercent === null
            ? t("notSampled")
            : t("cpuValue", {
                percent: format.number(actual.cpuPercent, { maximumFractionDigits: 1 }),
              }),
        ],
        [t("rss"), actual.rssBytes === null ? t("notSampled") : bytes(actual.rssBytes)],
        [
          t("reported"),
          agent.reportedAtMs === null ? "–" : <Time key="reported" ms={agent.reportedAtMs} />,
        ],
      ]}
    />
  );
}

function Failure(props: {
  agent: MachineAgentView;
  failure: NonNullable<NonNullable<MachineAgentView["actual"]>["failure"]>;
}) {
  const t = useTranslations("machine");
  const failureText = useFailureText();
  const { failure } = props;
  return (
    <Alert
      tone="bad"
      className="mt-4"
      title={
        failure.version
          ? t("failureOfVersion", {
              reason: failureText(failure.reason),
              version: failure.version,
            })
          : failureText(failure.reason)
      }
    >
      {failure.message ? (
        <code className="whitespace-pre-wrap break-words font-mono text-xs">{failure.message}</code>
      ) : null}
    </Alert>
  );
}
