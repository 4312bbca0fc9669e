"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import type { ClusterView } from "@/lib/contract/console-views.ts";
import { Button } from "../ui/button.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { QueryView } from "../ui/query-view.tsx";
import type { ReleaseDraft } from "./release-draft.ts";

/** The clusters of the release, chosen ones first, in the order in which they come. */
export function ClusterOrder() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const chosen = form.watch("clusterIds");
  const query = useQuery(clustersQuery());
  const set = (ids: string[]) => form.setValue("clusterIds", ids);
  function move(index: number, step: 1 | -1) {
    const next = [...chosen];
    const [id] = next.splice(index, 1);
    next.splice(index + step, 0, id!);
    set(next);
  }
  return (
    <fieldset>
      <legend className="font-medium">{t("clusters")}</legend>
      <p className="mb-2 text-[0.8125rem] text-subtle">{t("clustersHint")}</p>
      <QueryView query={query}>
        {({ clusters }) => (
          <ul className="max-w-2xl divide-y rounded-lg border">
            {inOrder(clusters, chosen).map((cluster) => {
              const index = chosen.indexOf(cluster.id);
              return (
                <ClusterItem
                  key={cluster.id}
                  cluster={cluster}
                  index={index}
                  count={chosen.length}
                  onToggle={(checked) =>
                    set(
                      checked ? [...chosen, cluster.id] : chosen.filter((id) => id !== cluster.id),
                    )
                  }
                  onMove={(step) => move(index, step)}
                />
              );
            })}
          </ul>
        )}
      </QueryView>
    </fieldset>
  );
}

function ClusterItem(props: {
  cluster: ClusterView;
  index: number;
  count: number;
  onToggle: (checked: boolean) => void;
  onMove: (step: 1 | -1) => void;
}) {
  const t = useTranslations("newRelease");
  const format = useFormatter();
  const { cluster, index, count } = props;
  return (
    <li className="flex min-h-11 items-center justify-between gap-3 px-3.5 py-2">
      <Checkbox checked={index !== -1} onChange={props.onToggle}>
        {index === -1 || count < 2 ? null : (
          <span className="tabular mr-1.5 font-medium">{index + 1}.</span>
        )}
        {cluster.name}
        <span className="ml-2 text-subtle">
          {t("clusterMachines", {
            count: cluster.machines.total,
            text: format.number(cluster.machines.total),
          })}
        </span>
      </Checkbox>
      {index !== -1 && count > 1 ? (
        <span className="flex gap-1">
          <Button
            size="iconSm"
            tone="ghost"
            disabled={index === 0}
            aria-label={t("earlier", { cluster: cluster.name })}
            onClick={() => props.onMove(-1)}
          >
            <ArrowUp aria-hidden />
          </Button>
          <Button
            size="iconSm"
            tone="ghost"
            disabled={index === count - 1}
            aria-label={t("later", { cluster: cluster.name })}
            onClick={() => props.onMove(1)}
          >
            <ArrowDown aria-hidden />
          </Button>
        </span>
      ) : null}
    </li>
  );
}

function inOrder(clusters: readonly ClusterView[], chosen: readonly string[]): ClusterView[] {
  const rank = (id: string) => (chosen.includes(id) ? chosen.indexOf(id) : chosen.length);
  return clusters.toSorted((a, b) => rank(a.id) - rank(b.id));
}
