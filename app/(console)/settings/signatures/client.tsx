"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ClusterTrustList } from "@/components/trust/cluster-trust-list.tsx";
import { RootCard } from "@/components/trust/root-card.tsx";
import { TrustWarnings } from "@/components/trust/trust-warnings.tsx";
import { Section } from "@/components/ui/card.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { trustQuery } from "@/lib/signing/queries.ts";

export function SignaturesClient() {
  const t = useTranslations("trust");
  const query = useQuery(trustQuery());
  return (
    <>
      <p className="text-muted">{t("hint")}</p>
      <QueryView query={query}>
        {(trust) => (
          <>
            <TrustWarnings trust={trust} />
            {trust.root ? <RootCard root={trust.root} folder={trust.folder} /> : null}
            <Section title={t("clusters")} hint={t("clustersHint")}>
              <ClusterTrustList clusters={trust.clusters} />
            </Section>
          </>
        )}
      </QueryView>
    </>
  );
}
