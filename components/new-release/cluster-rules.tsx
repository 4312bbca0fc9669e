"use client";

import { CalendarClock } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReleasePreview } from "@/lib/contract/console-views.ts";
import { TextLink } from "../ui/text-link.tsx";
import { Time } from "../ui/time.tsx";

type Cluster = ReleasePreview["clusters"][number];

/** What holds for every machine of the cluster, whatever its stage. */
export function ClusterRules({ cluster }: { cluster: Cluster }) {
  const t = useTranslations("preview");
  const { startsLater, changingMax } = cluster;
  if (!startsLater && !changingMax) return null;
  const opensAtMs = Number(startsLater?.values.opensAtMs ?? 0);
  return (
    <div className="mt-0.5 text-[0.8125rem] text-muted">
      {startsLater ? (
        <p className="flex items-start gap-1.5 font-medium text-warn">
          <CalendarClock aria-hidden className="mt-[3px] size-3.5 shrink-0" />
          <span>
            {opensAtMs > 0
              ? t.rich("startsLater", { when: () => <Time ms={opensAtMs} look="exact" /> })
              : t("startsNever")}{" "}
            <TextLink href={`/clusters/${encodeURIComponent(cluster.clusterId)}`}>
              {t("rules")}
            </TextLink>
          </span>
        </p>
      ) : null}
      {changingMax ? <p>{t("changingMax", { max: changingMax })}</p> : null}
    </div>
  );
}
