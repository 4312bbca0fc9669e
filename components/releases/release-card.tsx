"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReleaseSummary } from "@/lib/contract/console-views.ts";
import { Time } from "../ui/time.tsx";
import { ReleaseStateBadge } from "./release-state-badge.tsx";
import { useReleaseTitle } from "./release-title.tsx";
import { StageBar } from "./stage-bar.tsx";
import { currentStage } from "./stage-bar-segments.ts";
import { useStageName } from "./stage-name.ts";
import { WaitingLine } from "./waiting-line.tsx";

/** A release in a list: what it is, its bar per cluster, how far it is, what it waits for. */
export function ReleaseCard({ release }: { release: ReleaseSummary }) {
  const t = useTranslations("release");
  const title = useReleaseTitle();
  return (
    <article className="flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="min-w-0 font-medium">
          <Link data-row-link href={`/releases/${release.id}`} className="hover:underline">
            {title(release)}
          </Link>
        </h3>
        <ReleaseStateBadge state={release.state} />
        <span className="text-[0.8125rem] text-subtle">
          #{release.id} · {t("by", { actor: release.createdBy })} ·{" "}
          <Time ms={release.createdAtMs} />
        </span>
      </div>
      <ClusterBars release={release} />
      <ProgressSentence release={release} />
      <WaitingLine release={release} />
    </article>
  );
}

function ClusterBars({ release }: { release: ReleaseSummary }) {
  const many = release.clusters.length > 1;
  return (
    <div className="flex flex-col gap-1.5">
      {release.clusters.slice(0, 5).map((cluster) => (
        <div key={cluster.clusterId} className="flex items-center gap-3">
          {many ? (
            <span className="w-28 shrink-0 truncate text-[0.8125rem] text-muted">
              {cluster.clusterName}
            </span>
          ) : null}
          <StageBar stages={cluster.stages} />
        </div>
      ))}
    </div>
  );
}

/** "12,345 machines, batch 2 of 5, 3 failed" */
export function ProgressSentence({ release }: { release: ReleaseSummary }) {
  const t = useTranslations("release");
  const format = useFormatter();
  const stageName = useStageName();
  const { counts } = release;
  const active = release.clusters.find(
    ({ state }) => !["waiting", "verified", "rolledBack"].includes(state),
  );
  const current = active ? currentStage(active.stages) : null;
  const words = [
    t(release.state === "rolledBack" ? "backOf" : "healthyOf", {
      healthy: format.number(counts.healthy),
      targeted: format.number(counts.targeted),
    }),
  ];
  if (active && current) {
    words.push(
      t("atStage", {
        stage: stageName(current.stage),
        number: current.number,
        count: active.stages.length,
      }),
    );
  }
  if (counts.offline > 0) words.push(t("offlineCount", { count: counts.offline }));
  return (
    <p className="text-[0.8125rem] text-muted">
      {words.join(" · ")}
      {counts.failed > 0 ? (
        <span className="font-medium text-bad">
          {" "}
          · {t("failedCount", { count: counts.failed })}
        </span>
      ) : null}
    </p>
  );
}
