"use client";

import { useTranslations } from "next-intl";
import { useRef } from "react";
import type { ReleaseSummary } from "@/lib/contract/console-views.ts";
import { useRowKeys } from "../ui/use-row-keys.ts";
import { ReleaseCard } from "./release-card.tsx";

export function ReleaseList({ releases }: { releases: ReleaseSummary[] }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  const t = useTranslations("releases");
  return (
    <>
      <h2 className="sr-only">{t("title")}</h2>
      <ul ref={list} className="divide-y">
        {releases.map((release) => (
          <li key={release.id} className="px-4 py-4 sm:px-5">
            <ReleaseCard release={release} />
          </li>
        ))}
      </ul>
    </>
  );
}
