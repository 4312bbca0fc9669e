"use client";

import { useQuery } from "@tanstack/react-query";
import { Flame, Plus, SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { ReleaseFilters } from "@/components/releases/release-filters.tsx";
import { ReleaseList } from "@/components/releases/release-list.tsx";
import { Button, ButtonLink } from "@/components/ui/button.tsx";
import { Card } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { Pager } from "@/components/ui/pager.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { TableSkeleton } from "@/components/ui/table-skeleton.tsx";
import { releasesQuery } from "@/lib/releases/queries.ts";
import { pageSize, releasesParams } from "./search-params.ts";

export function ReleasesClient() {
  const t = useTranslations("releases");
  const [filter, setFilter] = useQueryStates(releasesParams);
  const query = useQuery(releasesQuery({ ...filter, limit: pageSize }));
  const filtered = Boolean(filter.agent || filter.state || filter.cursor);
  const newRelease = (
    <ButtonLink tone="primary" href="/releases/new">
      <Plus aria-hidden />
      {t("new")}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title={t("title")} hint={t("hint")} actions={newRelease} />
      <ReleaseFilters
        filter={filter}
        onChange={(change) => setFilter({ ...change, cursor: null })}
      />
      <Card>
        <QueryView query={query} skeleton={<TableSkeleton rows={5} />}>
          {({ releases, nextCursor }) =>
            releases.length > 0 ? (
              <>
                <ReleaseList releases={releases} />
                <Pager
                  cursor={filter.cursor}
                  nextCursor={nextCursor}
                  onChange={(cursor) => setFilter({ cursor }, { history: "push" })}
                />
              </>
            ) : filtered ? (
              <EmptyState
                icon={<SearchX aria-hidden />}
                title={t("noMatch")}
                actions={
                  <Button onClick={() => setFilter({ agent: null, state: null, cursor: null })}>
                    {t("clearFilters")}
                  </Button>
                }
              />
            ) : (
              <EmptyState icon={<Flame aria-hidden />} title={t("empty")} actions={newRelease}>
                {t("emptyHint")}
              </EmptyState>
            )
          }
        </QueryView>
      </Card>
    </>
  );
}
