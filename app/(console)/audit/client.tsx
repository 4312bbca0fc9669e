"use client";

import { useQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { AuditFilters } from "@/components/audit/audit-filters.tsx";
import { AuditList } from "@/components/audit/audit-list.tsx";
import { Button, buttonStyle } from "@/components/ui/button.tsx";
import { Card } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { Pager } from "@/components/ui/pager.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { TableSkeleton } from "@/components/ui/table-skeleton.tsx";
import { auditCsvPath, auditQuery } from "@/lib/audit/queries.ts";
import { auditParams, pageSize } from "./search-params.ts";

export function AuditClient() {
  const t = useTranslations("audit");
  const [filter, setFilter] = useQueryStates(auditParams);
  const query = useQuery(auditQuery({ ...filter, limit: pageSize }));
  const filtered = Boolean(filter.actor || filter.action || filter.subject || filter.cursor);
  const change = useCallback(
    (next: Partial<typeof filter>) => setFilter({ ...next, cursor: null }),
    [setFilter],
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={t("hint")}
        actions={
          <a href={auditCsvPath(filter)} download className={buttonStyle()}>
            <Download aria-hidden />
            {t("csv")}
          </a>
        }
      />
      <AuditFilters filter={filter} onChange={change} />
      <Card>
        <QueryView query={query} skeleton={<TableSkeleton />}>
          {({ entries, nextCursor }) =>
            entries.length > 0 ? (
              <>
                <AuditList entries={entries} />
                <Pager
                  cursor={filter.cursor}
                  nextCursor={nextCursor}
                  onChange={(cursor) => setFilter({ cursor }, { history: "push" })}
                />
              </>
            ) : (
              <EmptyState
                icon={<ScrollText aria-hidden />}
                title={filtered ? t("noMatch") : t("empty")}
                actions={
                  filtered ? (
                    <Button
                      onClick={() =>
                        setFilter({ actor: null, action: null, subject: null, cursor: null })
                      }
                    >
                      {t("clearFilters")}
                    </Button>
                  ) : null
                }
              />
            )
          }
        </QueryView>
      </Card>
    </>
  );
}
