"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state.tsx";
import { SkeletonLines } from "./skeleton.tsx";

/** Data when there is some (also while a newer answer fails to come), else the error, else a skeleton. */
export function QueryView<T>(props: {
  query: UseQueryResult<T, Error>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const t = useTranslations("common");
  const { query } = props;
  if (query.data !== undefined) return props.children(query.data);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  return (
    <div aria-busy="true">
      <span className="sr-only" role="status">
        {t("loading")}
      </span>
      {props.skeleton ?? <SkeletonLines lines={6} />}
    </div>
  );
}
