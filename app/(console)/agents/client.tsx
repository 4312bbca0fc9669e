"use client";

import { useQuery } from "@tanstack/react-query";
import { Boxes, Upload } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { AgentTable } from "@/components/packages/agent-table.tsx";
import { UploadSheet } from "@/components/packages/upload-sheet.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Card } from "@/components/ui/card.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { TableSkeleton } from "@/components/ui/table-skeleton.tsx";
import { agentsQuery } from "@/lib/packages/queries.ts";
import { agentsParams } from "./search-params.ts";

export function AgentsClient() {
  const t = useTranslations("agents");
  const [{ cluster, upload }, setParams] = useQueryStates(agentsParams);
  const query = useQuery(agentsQuery({ cluster }));
  const openUpload = () => setParams({ upload: true });
  return (
    <>
      <PageHeader
        title={t("title")}
        hint={t("hint")}
        actions={
          <Button tone="primary" onClick={openUpload}>
            <Upload aria-hidden />
            {t("upload")}
          </Button>
        }
      />
      <Card>
        <QueryView query={query} skeleton={<TableSkeleton rows={5} />}>
          {({ agents }) =>
            agents.length > 0 ? (
              <AgentTable agents={agents} />
            ) : (
              <EmptyState
                icon={<Boxes aria-hidden />}
                title={t("empty")}
                actions={
                  <Button tone="primary" onClick={openUpload}>
                    {t("upload")}
                  </Button>
                }
              >
                {t("emptyHint")}
              </EmptyState>
            )
          }
        </QueryView>
      </Card>
      <UploadSheet open={upload} onOpenChange={(open) => setParams({ upload: open || null })} />
    </>
  );
}
