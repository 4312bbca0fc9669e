"use client";

import { useQuery } from "@tanstack/react-query";
import { Download, Plus, SearchX, Server } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { UnansweredAlert } from "@/components/clusters/unanswered.tsx";
import { EnrolSheet } from "@/components/machines/enrol-sheet.tsx";
import { MachineFilters } from "@/components/machines/machine-filters.tsx";
import { MachineTable } from "@/components/machines/machine-table.tsx";
import { Button, buttonStyle } from "@/components/ui/button.tsx";
import { Card } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { Pager } from "@/components/ui/pager.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { TableSkeleton } from "@/components/ui/table-skeleton.tsx";
import type { MachineList } from "@/lib/contract/console-views.ts";
import { machineCsvPath, machinesQuery } from "@/lib/machines/queries.ts";
import { machineParams, pageSize } from "./search-params.ts";

export function MachinesClient() {
  const t = useTranslations("machines");
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
          <>
            <a href={machineCsvPath(filter)} download className={buttonStyle()}>
              <Download aria-hidden />
              {t("csv")}
            </a>
            <Button tone="primary" onClick={openEnrol}>
              <Plus aria-hidden />
              {t("enrol")}
            </Button>
          </>
        }
      />
      <UnansweredAlert unanswered={query.data?.unanswered} what="missing" />
      <MachineFilters filter={narrowing} onChange={setFilter} filtered={filtered} />
      <Card>
        <QueryView query={query} skeleton={<TableSkeleton />}>
          {(list) =>
            list.machines.length > 0 ? (
              <Machines
                list={list}
                cursor={cursor}
                onCursor={(next) => setParams({ cursor: next }, { history: "push" })}
              />
            ) : filtered || cursor ? (
              <NoMatch onClear={() => setParams({ ...emptyFilter, cursor: null })} />
            ) : (
              <NoMachines onEnrol={openEnrol} />
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

function Machines(props: {
  list: MachineList;
  cursor: string | null;
  onCursor: (cursor: string | null) => void;
}) {
  const t = useTranslations("machines");
  const format = useFormatter();
  const { machines, nextCursor, total } = props.list;
  return (
    <>
      <MachineTable machines={machines} />
      <Pager
        cursor={props.cursor}
        nextCursor={nextCursor}
        onChange={props.onCursor}
        summary={t("shown", {
          shown: format.number(machines.length),
          total: format.number(total),
        })}
      />
    </>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  const t = useTranslations("machines");
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title={t("noMatch")}
      actions={<Button onClick={onClear}>{t("clearFilters")}</Button>}
    >
      {t("noMatchHint")}
    </EmptyState>
  );
}

function NoMachines({ onEnrol }: { onEnrol: () => void }) {
  const t = useTranslations("machines");
  return (
    <EmptyState
      icon={<Server aria-hidden />}
      title={t("empty")}
      actions={
        <Button tone="primary" onClick={onEnrol}>
          {t("enrol")}
        </Button>
      }
    >
      {t("emptyHint")}
    </EmptyState>
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
