"use client";

import { useTranslations } from "next-intl";
import type { ClusterProgress, ReleaseDetail } from "@/lib/contract/console-views.ts";
import type { ClusterReleaseState } from "@/lib/contract/release-state.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Section } from "../ui/card.tsx";
import { Time } from "../ui/time.tsx";
import { ProgressLegend } from "./progress-legend.tsx";
import { StageBar } from "./stage-bar.tsx";

const tones: Record<ClusterReleaseState, Tone> = {
  waiting: "plain",
  gray: "busy",
  batch: "busy",
  full: "busy",
  converging: "busy",
  waitingForVerification: "warn",
  verified: "ok",
  rolledBack: "off",
};

/** Per cluster, in the plan's order: its stages as one bar, and the numbers behind it. */
export function ClusterCards({ release }: { release: ReleaseDetail }) {
  return (
    <ol className="flex flex-col gap-4">
      {release.clusters.map((cluster, index) => (
        <li key={cluster.clusterId}>
          <ClusterCard cluster={cluster} number={release.clusters.length > 1 ? index + 1 : null} />
        </li>
      ))}
    </ol>
  );
}

function ClusterCard({ cluster, number }: { cluster: ClusterProgress; number: number | null }) {
  const t = useTranslations("clusterState");
  const tRelease = useTranslations("release");
  const opened = cluster.stages.findLast(({ openedAtMs }) => openedAtMs !== null)?.openedAtMs;
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2.5">
          {number ? <span className="tabular text-subtle">{number}.</span> : null}
          {cluster.clusterName}
          <Badge tone={tones[cluster.state]}>{t(cluster.state)}</Badge>
        </span>
      }
      actions={
        opened ? (
          <span className="text-[0.8125rem] text-subtle">
            {tRelease("stageOpened")} <Time ms={opened} />
          </span>
        ) : null
      }
    >
      <div className="flex flex-col gap-3">
        <StageBar stages={cluster.stages} look="large" />
        {cluster.state === "waiting" ? null : <ProgressLegend counts={cluster.counts} />}
      </div>
    </Section>
  );
}
