"use client";

import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, ButtonLink } from "./button.tsx";
import { EmptyState } from "./empty-state.tsx";

/** Shown instead of a page that failed while rendering. */
export function PageError(props: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("errors");
  return (
    <div role="alert">
      <EmptyState
        icon={<TriangleAlert aria-hidden />}
        title={t("pageTitle")}
        actions={
          <>
            <Button tone="primary" onClick={props.reset}>
              {t("retry")}
            </Button>
            <ButtonLink href="/">{t("toOverview")}</ButtonLink>
          </>
        }
      >
        <p>{t("pageHint")}</p>
        {props.error.digest ? (
          <p className="mt-1 text-[0.8125rem] text-subtle">
            {t("requestId")} <code className="font-mono">{props.error.digest}</code>
          </p>
        ) : null}
      </EmptyState>
    </div>
  );
}
