"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import type { AgentSummary } from "@/lib/contract/console-views.ts";
import { type BarRow, StackedBars } from "../charts/stacked-bars.tsx";
import { useClusterHref } from "../shell/use-cluster.ts";
import { type VersionSegment, versionSegments } from "./version-segments.ts";

/** Which versions of each agent run where: a bar per agent, its parts lead to the machines. */
export function VersionDistribution({ agents }: { agents: AgentSummary[] }) {
  const router = useRouter();
  const label = useSegmentLabel();
  const href = useSegmentHref();
  const rows: BarRow[] = agents.map((agent) => ({
    key: agent.name,
    label: agent.name,
    parts: versionSegments(agent.distribution).map((segment) => ({
      key: `${segment.kind}${segment.version}`,
      label: label(segment),
      value: segment.machines,
      color: segment.color,
      href: href(agent.name, segment),
    })),
  }));
  return (
    <div className="flex flex-col gap-4">
      <StackedBars rows={rows} onSelect={(part) => part.href && router.push(part.href)} />
      <ul className="flex flex-col gap-2.5">
        {agents.map((agent) => (
          <li key={agent.name} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <Link
              href={`/agents/${agent.name}`}
              className="w-[120px] shrink-0 truncate font-medium text-[0.8125rem] hover:underline"
            >
              {agent.name}
            </Link>
            <VersionLegend agentName={agent.name} segments={versionSegments(agent.distribution)} />
          </li>
        ))}
      </ul>
    </div>
  );
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
