"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import { Select } from "../ui/select.tsx";
import { useCluster } from "./use-cluster.ts";

const everything = "*";

export function ClusterSwitcher({ className }: { className?: string }) {
  const t = useTranslations("shell");
  const [cluster, setCluster] = useCluster();
  const { data } = useQuery(clustersQuery());
  const options = [
    { value: everything, label: t("allClusters") },
    ...(data?.clusters ?? []).map(({ id, name }) => ({
      value: id,
      label: name,
      ...(name === id ? {} : { hint: id }),
    })),
  ];
  if (cluster && !options.some(({ value }) => value === cluster)) {
    options.push({ value: cluster, label: cluster });
  }
  return (
    <Select
      label={t("cluster")}
      showLabel
      value={cluster ?? everything}
      options={options}
      onChange={(value) => setCluster(value === everything ? null : value)}
      className={className}
    />
  );
}
