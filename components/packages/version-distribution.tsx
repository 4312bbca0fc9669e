"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import type { AgentSummary } from "@/lib/contract/console-views.ts";
import { StackedBar } from "../charts/stacked-bar.tsx";
import { useClusterHref } from "../shell/use-cluster.ts";
import { type VersionSegment, versionSegments } from "./version-segments.ts";

/** Which versions of each agent run where: a bar per agent, its parts lead to the machines. */
export function VersionDistribution({ agents }: { agents: AgentSummary[] }) {
  const most = Math.max(...agents.map(machinesOf));
  return (
    <ul className="flex flex-col gap-4">
      {agents.map((agent) => (
        <AgentVersions key={agent.name} agent={agent} most={most} named={agents.length > 1} />
      ))}
    </ul>
  );
}

function AgentVersions(props: { agent: AgentSummary; most: number; named: boolean }) {
  const { agent } = props;
  const router = useRouter();
  const label = useSegmentLabel();
  const href = useSegmentHref();
  const clusterHref = useClusterHref();
  const segments = versionSegments(agent.distribution);
  return (
    <li className="grid gap-x-4 gap-y-1 sm:grid-cols-[8.5rem_1fr]">
      {props.named ? (
        <Link
          href={clusterHref(`/agents/${agent.name}`)}
          className="truncate font-medium text-sm leading-[22px] hover:underline"
        >
          {agent.name}
        </Link>
      ) : null}
      <div className={props.named ? "min-w-0" : "col-span-full min-w-0"}>
        {segments.length > 0 ? (
          <StackedBar
            total={props.most}
            parts={segments.map((segment) => ({
              key: `${segment.kind}${segment.version}`,
              label: label(segment),
              value: segment.machines,
              color: segment.color,
              onSelect: () => router.push(href(agent.name, segment)),
            }))}
          />
        ) : null}
        <div className="mt-1.5">
          <VersionLegend agentName={agent.name} segments={segments} />
        </div>
      </div>
    </li>
  );
}

function machinesOf(agent: AgentSummary): number {
  return agent.distribution.reduce((sum, { machines }) => sum + machines, 0);
}

/** The parts of a version bar in words, each a link to its machines. */
export function VersionLegend(props: { agentName: string; segments: VersionSegment[] }) {
  const format = useFormatter();
  const t = useTranslations("versions");
  const label = useSegmentLabel();
  const href = useSegmentHref();
  if (props.segments.length === 0) {
    return <span className="text-[0.8125rem] text-subtle">{t("nowhere")}</span>;
  }
  return (
    <ul className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
      {props.segments.map((segment) => (
        <li key={`${segment.kind}${segment.version}`}>
          <Link
            href={href(props.agentName, segment)}
            className="flex items-center gap-1.5 hover:underline"
          >
            <span
              aria-hidden
              className="size-2.5 rounded-[3px]"
              style={{ background: segment.color }}
            />
            <span className={segment.kind === "version" ? "font-mono text-xs" : undefined}>
              {label(segment)}
            </span>
            <span className="tabular text-muted">{format.number(segment.machines)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** A version bar without a chart around it, for rows of lists. */
export function VersionBar({ segments }: { segments: VersionSegment[] }) {
  return (
    <span aria-hidden className="flex h-2 w-full gap-px overflow-hidden rounded-full bg-sunken">
      {segments.map((segment) => (
        <span
          key={`${segment.kind}${segment.version}`}
          style={{ flexGrow: segment.machines, background: segment.color }}
        />
      ))}
    </span>
  );
}

function useSegmentLabel(): (segment: VersionSegment) => string {
  const t = useTranslations("versions");
  return (segment) => {
    if (segment.kind === "rest") return t("others");
    return segment.version ?? t("none");
  };
}

function useSegmentHref(): (agentName: string, segment: VersionSegment) => string {
  const clusterHref = useClusterHref();
  return (agentName, segment) => {
    const search = new URLSearchParams({ agent: agentName });
    if (segment.kind === "version" && segment.version) search.set("version", segment.version);
    if (segment.kind === "none") search.set("version", "none");
    return clusterHref(`/machines?${search}`);
  };
}
