"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReleasePreview } from "@/lib/contract/console-views.ts";
import { SkipReason } from "@/lib/contract/release-vocabulary.ts";
import { StackedBar } from "../charts/stacked-bar.tsx";
import { useReleaseTitle } from "../releases/release-title.tsx";
import { useStageName } from "../releases/stage-name.ts";
import { Stat } from "../ui/stat.tsx";
import { ClusterRules } from "./cluster-rules.tsx";
import { GrayMachines } from "./gray-machines.tsx";
import { type PreviewTotals, previewTotals } from "./preview-totals.ts";
import type { ReleaseDraft } from "./release-draft.ts";

type Cluster = ReleasePreview["clusters"][number];
type PreviewStage = Cluster["stages"][number];

const changeColor = "var(--phase-switching)";
const offlineColor = "var(--off-fill)";
const skippedColor = "var(--phase-pending)";

/** Per cluster and stage: what changes, from which version, what waits, what is left out and why. */
export function PreviewView(props: {
  preview: ReleasePreview;
  draft: Pick<ReleaseDraft, "agentName" | "version" | "removes">;
}) {
  const t = useTranslations("preview");
  const format = useFormatter();
  const title = useReleaseTitle();
  const { draft, preview } = props;
  const totals = previewTotals(preview);
  return (
    <div className="flex flex-col gap-5">
      <p className="font-medium text-base">
        {title({ agentName: draft.agentName, version: draft.removes ? null : draft.version })}
      </p>
      <div className="grid gap-3 sm:grid-cols-3">
        <Stat label={t("change")} value={format.number(totals.change)} hint={t("changeHint")} />
        <Stat label={t("offline")} value={format.number(totals.offline)} hint={t("offlineHint")} />
        <Skipped totals={totals} />
      </div>
      <ol className="flex flex-col gap-5">
        {preview.clusters.map((cluster) => (
          <li key={cluster.clusterId}>
            <ClusterPreview cluster={cluster} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Skipped({ totals }: { totals: PreviewTotals }) {
  const t = useTranslations("preview");
  const format = useFormatter();
  const reason = useSkipReason();
  const sum = totals.skipped.reduce((total, { machines }) => total + machines, 0);
  const why = totals.skipped
    .map((each) => `${reason(each.reason)}: ${format.number(each.machines)}`)
    .join(" · ");
  return <Stat label={t("skipped")} value={format.number(sum)} hint={why || t("skippedHint")} />;
}

function ClusterPreview({ cluster }: { cluster: Cluster }) {
  const t = useTranslations("preview");
  const most = Math.max(1, ...cluster.stages.map(machinesOf));
  return (
    <section className="min-w-0 rounded-lg border">
      <div className="border-b px-4 py-2.5">
        <h3 className="font-medium">{cluster.clusterName}</h3>
        <ClusterRules cluster={cluster} />
      </div>
      <ol className="divide-y">
        {cluster.stages.map((stage, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
          <li key={index} className="grid gap-x-5 gap-y-2 px-4 py-3 md:grid-cols-[10rem_1fr]">
            <StageHeading stage={stage} number={index + 1} />
            <div className="flex min-w-0 flex-col gap-1.5">
              {machinesOf(stage) > 0 ? (
                <StackedBar
                  total={most}
                  parts={[
                    { key: "c", label: t("change"), value: stage.change, color: changeColor },
                    { key: "o", label: t("offline"), value: stage.offline, color: offlineColor },
                    { key: "s", label: t("skipped"), value: skippedOf(stage), color: skippedColor },
                  ].filter(({ value }) => value > 0)}
                />
              ) : null}
              <StageWords stage={stage} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function StageHeading({ stage, number }: { stage: PreviewStage; number: number }) {
  const name = useStageName();
  return (
    <span className="font-medium text-sm">
      <span className="tabular text-subtle">{number}.</span> {name(stage)}
    </span>
  );
}

function StageWords({ stage }: { stage: PreviewStage }) {
  const t = useTranslations("preview");
  const tVersions = useTranslations("versions");
  const format = useFormatter();
  const reason = useSkipReason();
  if (machinesOf(stage) === 0) return <p className="text-[0.8125rem] text-muted">{t("nobody")}</p>;
  const words = [
    t("changeCount", { count: stage.change }),
    ...(stage.offline > 0 ? [t("offlineCount", { count: stage.offline })] : []),
    ...stage.skipped.map((each) => `${reason(each.reason)}: ${format.number(each.machines)}`),
  ];
  const failedBefore = stage.failedBefore ?? 0;
  return (
    <div className="text-[0.8125rem] text-muted">
      <p>{words.join(" · ")}</p>
      {stage.fromVersions.length > 0 ? (
        <p className="flex flex-wrap items-center gap-x-3">
          {t("from")}
          {stage.fromVersions.map(({ version, machines }) => (
            <span key={version ?? ""} className="inline-flex items-center gap-1">
              <span className={version ? "font-mono text-xs" : undefined}>
                {version ?? tVersions("none")}
              </span>
              <span className="tabular text-subtle">×{format.number(machines)}</span>
            </span>
          ))}
        </p>
      ) : null}
      {failedBefore > 0 ? (
        <p className="text-warn">{t("failedBefore", { count: failedBefore })}</p>
      ) : null}
      <GrayMachines machineIds={stage.machineIds ?? []} count={machinesOf(stage)} />
    </div>
  );
}

function useSkipReason(): (reason: string) => string {
  const t = useTranslations("skipReason");
  return (reason) => {
    const known = SkipReason.safeParse(reason);
    return known.success ? t(known.data) : reason;
  };
}

function skippedOf(stage: PreviewStage): number {
  return stage.skipped.reduce((sum, { machines }) => sum + machines, 0);
}

function machinesOf(stage: PreviewStage): number {
  return stage.change + stage.offline + skippedOf(stage);
}
