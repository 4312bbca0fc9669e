"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReleaseDetail } from "@/lib/contract/console-views.ts";
import { previewQuery } from "@/lib/releases/queries.ts";
import { PreviewView } from "../new-release/preview-view.tsx";
import { Alert } from "../ui/alert.tsx";
import { Section } from "../ui/card.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { SkeletonLines } from "../ui/skeleton.tsx";

/** What the approval would set in motion, as the server sees the fleet now. */
export function ApprovalPreview({ release }: { release: ReleaseDetail }) {
  const t = useTranslations("approval");
  const { agentName, version } = release;
  const query = useQuery(previewQuery(release.id, release.plan));
  return (
    <Section title={t("preview")} hint={t("previewHint")}>
      {query.data ? (
        <PreviewView
          preview={query.data}
          draft={{ agentName, version: version ?? "", removes: version === null }}
        />
      ) : query.error ? (
        <Alert tone="bad" title={t("previewFailed")}>
          <ErrorText error={query.error} />
        </Alert>
      ) : (
        <SkeletonLines lines={5} />
      )}
    </Section>
  );
}
