"use client";

import { useQuery } from "@tanstack/react-query";
import { ClusterCards } from "@/components/releases/cluster-cards.tsx";
import { EventTimeline } from "@/components/releases/event-timeline.tsx";
import { FailureGroups } from "@/components/releases/failure-groups.tsx";
import { PlanView } from "@/components/releases/plan-view.tsx";
import { ReleaseHeader } from "@/components/releases/release-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { releaseQuery } from "@/lib/releases/queries.ts";

export function ReleaseClient({ id }: { id: number }) {
  const query = useQuery(releaseQuery(id));
  return (
    <QueryView query={query}>
      {(release) => (
        <>
          <ReleaseHeader release={release} />
          <ClusterCards release={release} />
          <div className="grid items-start gap-5 xl:grid-cols-[1fr_26rem]">
            <div className="flex min-w-0 flex-col gap-5">
              <FailureGroups release={release} />
              <PlanView plan={release.plan} clusters={release.clusters} />
            </div>
            <EventTimeline release={release} />
          </div>
        </>
      )}
    </QueryView>
  );
}
