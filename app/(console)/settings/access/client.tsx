"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ApprovalRules } from "@/components/access/approval-rules.tsx";
import { ConfigState } from "@/components/access/config-state.tsx";
import { GrantList } from "@/components/access/grant-list.tsx";
import { ProviderFacts } from "@/components/access/provider-facts.tsx";
import { Section } from "@/components/ui/card.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { configQuery } from "@/lib/access/queries.ts";

export function AccessClient() {
  const t = useTranslations("access");
  const query = useQuery(configQuery());
  return (
    <QueryView query={query}>
      {(config) => (
        <>
          <ConfigState config={config} />
          <Section title={t("grants")} hint={t("grantsHint")}>
            <GrantList config={config} />
          </Section>
          <div className="grid items-start gap-5 xl:grid-cols-2">
            <Section title={t("approval")} hint={t("approvalHint")}>
              <ApprovalRules approval={config.approval} />
            </Section>
            <Section title={t("provider")}>
              <ProviderFacts provider={config.provider} />
            </Section>
          </div>
        </>
      )}
    </QueryView>
  );
}
