"use client";

import { useTranslations } from "next-intl";
import type { Unanswered } from "@/lib/contract/cluster-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Time } from "../ui/time.tsx";

/** Which clusters are not in what is shown, or only as they were: nothing is left out in silence. */
export function UnansweredAlert(props: {
  unanswered: readonly Unanswered[] | undefined;
  what: "missing" | "old";
}) {
  const t = useTranslations("unanswered");
  if (!props.unanswered?.length) return null;
  return (
    <Alert tone="warn" title={t("title")}>
      <ul>
        {props.unanswered.map(({ clusterId, clusterName, answeredAtMs }) => (
          <li key={clusterId}>
            {answeredAtMs === null
              ? t("never", { cluster: clusterName })
              : t.rich("since", {
                  cluster: clusterName,
                  time: () => <Time key="t" ms={answeredAtMs} look="exact" />,
                })}{" "}
            {t(props.what)}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
