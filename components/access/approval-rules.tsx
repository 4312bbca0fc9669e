"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ConfigView } from "@/lib/contract/access-views.ts";

/** Which releases need a second person. */
export function ApprovalRules({ approval }: { approval: ConfigView["approval"] }) {
  const t = useTranslations("access");
  const format = useFormatter();
  const { shareMax, productionClusters, uninstalls, ifritAgent, expiresHours } = approval;
  const rules = [
    ...(shareMax === null
      ? []
      : [t("ruleShare", { share: format.number(shareMax, { style: "percent" }) })]),
    ...(productionClusters.length > 0
      ? [t("ruleClusters", { clusters: productionClusters.join(", ") })]
      : []),
    ...(uninstalls ? [t("ruleUninstalls")] : []),
    ...(ifritAgent ? [t("ruleIfritAgent")] : []),
  ];
  if (rules.length === 0) return <p className="text-muted text-sm">{t("noRules")}</p>;
  return (
    <>
      <ul className="list-disc space-y-1 pl-5 text-sm">
        {rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
      <p className="mt-2 text-[0.8125rem] text-subtle">
        {t("ruleExpires", { hours: expiresHours })}
      </p>
    </>
  );
}
