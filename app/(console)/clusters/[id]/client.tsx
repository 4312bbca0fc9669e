"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { ActionButton } from "@/components/clusters/action-button.tsx";
import { ChangeControlCard } from "@/components/clusters/change-control-card.tsx";
import { CompositionCard, MasterAlert, MasterCard } from "@/components/clusters/cluster-cards.tsx";
import { EditClusterDialog, RemoveClusterDialog } from "@/components/clusters/cluster-dialogs.tsx";
import { CredentialsCard } from "@/components/clusters/credentials-card.tsx";
import { useMayNot } from "@/components/clusters/use-may.ts";
import { TokensCard } from "@/components/enrollment-tokens/tokens-card.tsx";
import { ButtonLink } from "@/components/ui/button.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { clusterQuery } from "@/lib/clusters/queries.ts";
import type { ClusterDetail } from "@/lib/contract/console-views.ts";

export function ClusterClient({ id }: { id: string }) {
  const t = useTranslations("clusters");
  const tNav = useTranslations("nav");
  const format = useFormatter();
  const query = useQuery(clusterQuery(id));
  const { data } = query;
  return (
    <>
      <PageHeader
        trail={[{ href: "/clusters", label: tNav("clusters") }]}
        trailLabel={tNav("trail")}
        title={data?.name ?? id}
        hint={
          data
            ? t("share", {
                online: format.number(data.machines.online),
                total: format.number(data.machines.total),
              })
            : null
        }
        actions={data ? <Actions cluster={data} /> : null}
      />
      <QueryView query={query}>
        {(cluster) => (
          <>
            <MasterAlert cluster={cluster} />
            <div className="grid items-start gap-5 lg:grid-cols-2">
              <div className="flex min-w-0 flex-col gap-5">
                <CompositionCard cluster={cluster} />
                <MasterCard cluster={cluster} />
              </div>
              <div className="flex min-w-0 flex-col gap-5">
                <ChangeControlCard cluster={cluster} />
                <TokensCard clusterId={cluster.id} />
                <CredentialsCard cluster={cluster} />
              </div>
            </div>
          </>
        )}
      </QueryView>
    </>
  );
}

function Actions({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const mayNotEdit = useMayNot("write");
  const mayNotRemove = useMayNot("administrator");
  const close = () => setOpen(null);
  const here = `?cluster=${encodeURIComponent(cluster.id)}`;
  return (
    <>
      <ButtonLink href={`/machines${here}`}>{t("machines")}</ButtonLink>
      <ButtonLink href={`/releases${here}`}>{t("releases")}</ButtonLink>
      <ActionButton because={mayNotEdit} onClick={() => setOpen("edit")}>
        {t("edit")}
      </ActionButton>
      <ActionButton tone="dangerQuiet" because={mayNotRemove} onClick={() => setOpen("remove")}>
        {t("remove")}
      </ActionButton>
      {open === "edit" ? <EditClusterDialog cluster={cluster} open onOpenChange={close} /> : null}
      {open === "remove" ? (
        <RemoveClusterDialog cluster={cluster} open onOpenChange={close} />
      ) : null}
    </>
  );
}
