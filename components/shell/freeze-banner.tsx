"use client";

import { useQuery } from "@tanstack/react-query";
import { Snowflake } from "lucide-react";
import { useTranslations } from "next-intl";
import { freezesQuery } from "@/lib/change-control/queries.ts";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import type { FreezeView } from "@/lib/contract/change-control.ts";
import { Time } from "../ui/time.tsx";
import { useCluster } from "./use-cluster.ts";

/** Where nothing new is offered now, by whom and why: on every page, so that nobody has to guess. */
export function FreezeBanner() {
  const t = useTranslations("freeze");
  const [cluster] = useCluster();
  const { data } = useQuery(freezesQuery());
  const freezes = (data?.freezes ?? []).filter(
    ({ clusterId }) => clusterId === null || cluster === null || clusterId === cluster,
  );
  if (freezes.length === 0) return null;
  return (
    <section aria-label={t("label")} className="border-b bg-warn-soft">
      <ul>
        {freezes.map((freeze) => (
          <li
            key={freeze.id}
            className="flex items-start gap-2 px-4 py-2 text-sm text-warn sm:px-6 lg:px-8"
          >
            <Snowflake aria-hidden className="mt-0.5 size-4 shrink-0" />
            <FreezeSentence freeze={freeze} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FreezeSentence({ freeze }: { freeze: FreezeView }) {
  const t = useTranslations("freeze");
  const { data } = useQuery(clustersQuery());
  const name = data?.clusters.find(({ id }) => id === freeze.clusterId)?.name;
  const { untilMs } = freeze;
  return (
    <p className="min-w-0 break-words">
      <strong className="font-semibold">
        {freeze.clusterId === null
          ? t("everywhere")
          : t("cluster", { cluster: name ?? freeze.clusterId })}
      </strong>{" "}
      {untilMs === null
        ? t("untilLifted", { owner: freeze.owner })
        : t.rich("until", {
            owner: freeze.owner,
            time: () => <Time ms={untilMs} look="exact" />,
          })}{" "}
      {freeze.reason}
    </p>
  );
}
