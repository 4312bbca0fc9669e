"use client";

import { parseAsString, useQueryState } from "nuqs";

/** The cluster that the console looks at, from the URL; null: all of them. */
export function useCluster() {
  return useQueryState("cluster", parseAsString.withOptions({ history: "push" }));
}

/** A link that keeps looking at the same cluster. */
export function useClusterHref(): (path: string) => string {
  const [cluster] = useCluster();
  return (path) => {
    if (!cluster || /[?&]cluster=/.test(path)) return path;
    return `${path}${path.includes("?") ? "&" : "?"}cluster=${encodeURIComponent(cluster)}`;
  };
}
