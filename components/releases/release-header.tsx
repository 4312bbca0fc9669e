"use client";

import { useTranslations } from "next-intl";
import type { ReleaseDetail } from "@/lib/contract/console-views.ts";
import { ApprovalLine } from "../approvals/approval-line.tsx";
import { useClusterHref } from "../shell/use-cluster.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { Time } from "../ui/time.tsx";
import { ProgressSentence } from "./release-card.tsx";
import { ReleaseStateBadge } from "./release-state-badge.tsx";
import { useReleaseTitle } from "./release-title.tsx";
import { VerbBar } from "./verb-bar.tsx";
import { WaitingLine } from "./waiting-line.tsx";

/** What the release is, where it stands, and what can be done: stays in sight while scrolling. */
export function ReleaseHeader({ release }: { release: ReleaseDetail }) {
  const t = useTranslations("release");
  const tNav = useTranslations("nav");
  const title = useReleaseTitle();
  const clusterHref = useClusterHref();
  return (
    <div className="sticky top-14 z-20 -mx-4 -mt-5 border-b bg-canvas/95 px-4 py-4 backdrop-blur sm:-mx-6 sm:px-6 lg:-mx-8 lg:-mt-7 lg:px-8 max-sm:static">
      <PageHeader
        trail={[{ href: clusterHref("/releases"), label: tNav("releases") }]}
        trailLabel={tNav("trail")}
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {title(release)}
            <ReleaseStateBadge state={release.state} />
            <span className="font-normal text-[0.8125rem] text-subtle">
              #{release.id} · {t("by", { actor: release.createdBy })} ·{" "}
              <Time ms={release.createdAtMs} />
            </span>
          </span>
        }
        hint={
          <div className="flex flex-col gap-1">
            <ProgressSentence release={release} />
            <WaitingLine release={release} className="text-ink" />
            <ApprovalLine release={release} />
          </div>
        }
      />
      <VerbBar release={release} />
    </div>
  );
}
