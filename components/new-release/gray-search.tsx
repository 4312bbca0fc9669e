"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useCallback, useState } from "react";
import { machinesQuery } from "@/lib/machines/queries.ts";
import { Connectivity } from "../machines/connectivity.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import type { GrayMachine } from "./release-draft.ts";

/** Machines of the release's clusters, to tick. */
export function GraySearch(props: {
  clusterIds: string[];
  chosen: GrayMachine[];
  onAdd: (machines: GrayMachine[]) => void;
  onRemove: (id: string) => void;
}) {
  const t = useTranslations("newRelease");
  const [q, setQ] = useState("");
  const search = useCallback((text: string) => setQ(text), []);
  // The list can be asked for one cluster or all; of several, others are left out here.
  const cluster = props.clusterIds.length === 1 ? props.clusterIds[0] : null;
  const { data, error, refetch } = useQuery({
    ...machinesQuery({ q, cluster, limit: 50 }),
    refetchInterval: false,
  });
  const machines = (data?.machines ?? []).filter(
    ({ clusterId, status }) => status === "accepted" && props.clusterIds.includes(clusterId),
  );
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <SearchInput
        slash
        label={t("graySearch")}
        placeholder={t("graySearch")}
        value={q}
        onChange={search}
      />
      {error && !data ? <ErrorState error={error} onRetry={() => refetch()} /> : null}
      <ul className="scroll-thin max-h-56 divide-y overflow-y-auto rounded-lg border">
        {machines.map((machine) => (
          <li key={machine.id} className="flex items-center justify-between gap-3 px-3 py-1.5">
            <Checkbox
              checked={props.chosen.some(({ id }) => id === machine.id)}
              onChange={(checked) =>
                checked
                  ? props.onAdd([
                      { id: machine.id, hostname: machine.hostname, clusterId: machine.clusterId },
                    ])
                  : props.onRemove(machine.id)
              }
            >
              {machine.hostname}
              <span className="ml-2 font-mono text-subtle text-xs">{machine.address}</span>
            </Checkbox>
            <Connectivity machine={machine} />
          </li>
        ))}
        {data && machines.length === 0 ? (
          <li className="px-3 py-6 text-center text-muted">
            {props.clusterIds.length === 0 ? t("grayNoCluster") : t("grayNone")}
          </li>
        ) : null}
      </ul>
    </div>
  );
}
