"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, SearchX, Server } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { EnrolSheet } from "@/components/machines/enrol-sheet.tsx";
import { MachineFilters } from "@/components/machines/machine-filters.tsx";
import { MachineTable } from "@/components/machines/machine-table.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Card } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { Pager } from "@/components/ui/pager.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { TableSkeleton } from "@/components/ui/table-skeleton.tsx";
import { machinesQuery } from "@/lib/machines/queries.ts";
import { machineParams, pageSize } from "./search-params.ts";

export function MachinesClient() {
  const t = useTranslations("machines");
  const format = useFormatter();
  const [{ enrol, ...filter }, setParams] = useQueryStates(machineParams);
  const query = useQuery(machinesQuery({ ...filter, limit: pageSize }));
  const { cluster: _, cursor, ...narrowing } = filter;
  const filtered = Object.values(narrowing).some(Boolean);
  const setFilter = useCallback(
    (change: Partial<typeof narrowing>) => setParams({ ...change, cursor: null }),
    [setParams],
  );
  const openEnrol = () => setParams({ enrol: true });
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={query.data ? t("total", { count: query.data.total }) : null}
        actions={
          <Button tone="primary" onClick={openEnrol}>
            <Plus aria-hidden />
            {t("enrol")}
          </Button>
        }
      />
      <MachineFilters filter={narrowing} onChange={setFilter} filtered={filtered} />
      <Card>
        <QueryView query={query} skeleton={<TableSkeleton />}>
          {({ machines, nextCursor, total }) =>
            machines.length > 0 ? (
              <>
                <MachineTable machines={machines} />
                <Pager
                  cursor={cursor}
                  nextCursor={nextCursor}
                  onChange={(next) => setParams({ cursor: next }, { history: "push" })}
                  summary={t("shown", {
                    shown: format.number(machines.length),
                    total: format.number(total),
                  })}
                />
              </>
            ) : filtered || cursor ? (
              <EmptyState
                icon={<SearchX aria-hidden />}
                title={t("noMatch")}
                actions={
                  <Button onClick={() => setParams({ ...emptyFilter, cursor: null })}>
                    {t("clearFilters")}
                  </Button>
                }
              >
                {t("noMatchHint")}
              </EmptyState>
            ) : (
              <EmptyState
                icon={<Server aria-hidden />}
                title={t("empty")}
                actions={
                  <Button tone="primary" onClick={openEnrol}>
                    {t("enrol")}
                  </Button>
                }
              >
                {t("emptyHint")}
              </EmptyState>
            )
          }
        </QueryView>
      </Card>
      <EnrolSheet
        open={enrol}
        onOpenChange={(open) => setParams({ enrol: open || null })}
        clusterId={filter.cluster}
      />
    </>
  );
}

const emptyFilter = {
  q: null,
  type: null,
  agent: null,
  version: null,
  phase: null,
  connectivity: null,
};
