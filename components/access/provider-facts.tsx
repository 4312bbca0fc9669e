"use client";

import { useTranslations } from "next-intl";
import type { ConfigView } from "@/lib/contract/access-views.ts";
import { Facts } from "../ui/facts.tsx";

/** How people sign in besides by password, and which of the provider's groups count here. */
export function ProviderFacts({ provider }: { provider: ConfigView["provider"] }) {
  const t = useTranslations("access");
  if (provider === null) return <p className="text-muted text-sm">{t("noProvider")}</p>;
  const groups = Object.entries(provider.groups);
  return (
    <Facts
      facts={[
        [t("providerName"), provider.name],
        [
          t("issuer"),
          <span key="issuer" className="break-all font-mono text-xs">
            {provider.issuer}
          </span>,
        ],
        [
          t("groups"),
          groups.length === 0
            ? t("groupsAll")
            : groups.map(([here, there]) => `${there} → ${here}`).join(", "),
        ],
        [t("onlyGroups"), provider.onlyGroups?.join(", ") ?? t("everybody")],
        [t("groupsMaxAge"), t("hours", { hours: provider.groupsMaxAgeHours })],
      ]}
    />
  );
}
