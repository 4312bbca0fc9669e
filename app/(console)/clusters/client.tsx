"use client";

import { useQuery } from "@tanstack/react-query";
import { Network, Plus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { ActionButton } from "@/components/clusters/action-button.tsx";
import { AddClusterSheet } from "@/components/clusters/add-cluster-sheet.tsx";
import { ClusterTable } from "@/components/clusters/cluster-table.tsx";
import { HealthGrid } from "@/components/clusters/health-grid.tsx";
import { useMayNot } from "@/components/clusters/use-may.ts";
import { Card, Section } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { TableSkeleton } from "@/components/ui/table-skeleton.tsx";
import { freezesQuery } from "@/lib/change-control/queries.ts";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import type { ClusterView } from "@/lib/contract/console-views.ts";
import { clusterParams } from "./search-params.ts";

export function ClustersClient() {
  const t = useTranslations("clusters");
  const [{ add }, setParams] = useQueryStates(clusterParams);
  const query = useQuery({ ...clustersQuery(), refetchInterval: 5_000 });
  const because = useMayNot("write");
  const addButton = (
    <ActionButton tone="primary" because={because} onClick={() => setParams({ add: true })}>
      <Plus aria-hidden />
      {t("add")}
    </ActionButton>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={query.data ? <Sum clusters={query.data.clusters} /> : null}
        actions={addButton}
      />
      <QueryView query={query} skeleton={<TableSkeleton />}>
        {({ clusters }) =>
          clusters.length > 0 ? (
            <Clusters clusters={clusters} />
          ) : (
            <Card>
              <EmptyState icon={<Network aria-hidden />} title={t("empty")} actions={addButton}>
                {t("emptyHint")}
              </EmptyState>
            </Card>
          )
        }
      </QueryView>
      <AddClusterSheet open={add} onOpenChange={(open) => setParams({ add: open || null })} />
    </>
  );
}

function Clusters({ clusters }: { clusters: ClusterView[] }) {
  const t = useTranslations("clusters");
  const { data } = useQuery(freezesQuery());
  return (
    <>
      <Section title={t("health")} hint={t("healthHint")}>
        <HealthGrid clusters={clusters} />
      </Section>
      <Card>
        <ClusterTable clusters={clusters} freezes={data?.freezes ?? []} />
      </Card>
    </>
  );
}

function Sum({ clusters }: { clusters: ClusterView[] }) {
  const t = useTranslations("clusters");
  const format = useFormatter();
  const sum = (of: "online" | "total") =>
    format.number(clusters.reduce((all, { machines }) => all + machines[of], 0));
  return <>{t("hint", { count: clusters.length, online: sum("online"), total: sum("total") })}</>;
}
