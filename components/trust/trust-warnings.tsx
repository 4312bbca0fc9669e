"use client";

import { useTranslations } from "next-intl";
import type { TrustView } from "@/lib/contract/trust-views.ts";
import { Alert } from "../ui/alert.tsx";
import { DevelopmentAlert } from "./development-alert.tsx";

/** What somebody has to do about the keys, the worst first. */
export function TrustWarnings({ trust }: { trust: TrustView }) {
  const t = useTranslations("trust");
  const { root, rootProblem, director, directorProblem, folder } = trust;
  const level = root?.expiry ?? "good";
  return (
    <div className="flex flex-col gap-3 empty:hidden">
      {root ? null : (
        <Alert tone="warn" title={t("none")}>
          <p>{t("noneHint", { folder })}</p>
          <p className="mt-1 text-[0.8125rem]">{t("guide")}</p>
        </Alert>
      )}
      {level === "good" ? null : (
        <Alert
          tone={level === "expired" || level === "alarm" ? "bad" : "warn"}
          title={t(`expiryTitle.${level}`)}
        >
          {t(level === "expired" ? "expiredHint" : "expiryHint")}
        </Alert>
      )}
      {rootProblem ? (
        <Alert tone="bad" title={t("rootProblem")}>
          {t("rootProblemHint", { version: rootProblem.version, message: rootProblem.message })}
        </Alert>
      ) : null}
      {directorProblem && !director ? (
        <Alert tone="bad" title={t("directorProblem")}>
          {directorProblem}
        </Alert>
      ) : null}
      {root?.development ? <DevelopmentAlert folder={folder} /> : null}
    </div>
  );
}
