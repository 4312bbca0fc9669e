"use client";

import { useTranslations } from "next-intl";
import type { ClusterTrustView } from "@/lib/contract/trust-views.ts";
import { type DroppedReason, droppedReasons } from "@/lib/contract/trust-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Time } from "../ui/time.tsx";

/** What stood in Redis and was not believed. */
export function DroppedLines({ dropped }: { dropped: ClusterTrustView["droppedFromRedis"] }) {
  const t = useTranslations("trust");
  if (dropped.length === 0) return null;
  return (
    <Alert tone="warn" title={t("droppedTitle")}>
      <ul className="list-disc pl-5">
        {dropped.map(({ reason, times, lastAtMs }) => (
          <li key={reason}>
            {t.rich("dropped", {
              ...{ reason: t(`dropReason.${known(reason)}`), times },
              time: () => <Time ms={lastAtMs} />,
            })}
          </li>
        ))}
      </ul>
      <p className="mt-1 text-[0.8125rem]">{t("droppedHint")}</p>
    </Alert>
  );
}

/** A remote master may be of a newer version. */
function known(reason: string): DroppedReason | "other" {
  return droppedReasons.find((one) => one === reason) ?? "other";
}
