"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useCallback, useSyncExternalStore } from "react";
import { cn } from "../ui/cn.ts";
import { useDuration } from "../ui/duration.tsx";
import { Tooltip } from "../ui/tooltip.tsx";
import { useNow } from "../ui/use-now.ts";

/** When did what is on this page last arrive, and is the next answer coming? */
export function LiveIndicator() {
  const t = useTranslations("live");
  const duration = useDuration();
  const now = useNow(1000);
  const { arrivedAtMs, failing } = useFreshness();
  if (now === null || (arrivedAtMs === 0 && !failing)) return <span className="size-2" />;
  const age = Math.max(0, Math.round((now - arrivedAtMs) / 1000));
  const text = failing
    ? arrivedAtMs === 0
      ? t("never")
      : t("stale", { age: duration(age) })
    : t("live");
  return (
    <Tooltip content={failing ? t("staleHint") : t("liveHint", { age: duration(age) })}>
      <button
        type="button"
        aria-label={text}
        className="flex h-8 items-center gap-2 rounded-md px-2 text-[0.8125rem] text-muted hover:bg-sunken"
      >
        <span
          aria-hidden
          className={cn(
            "size-2 rounded-full",
            failing ? "bg-bad-fill ring-2 ring-bad-soft" : "bg-ok-fill",
          )}
        />
        <span className={cn("hidden sm:inline", failing && "font-medium text-bad")}>{text}</span>
      </button>
    </Tooltip>
  );
}

function useFreshness(): { arrivedAtMs: number; failing: boolean } {
  const client = useQueryClient();
  const subscribe = useCallback(
    (listener: () => void) => client.getQueryCache().subscribe(listener),
    [client],
  );
  const snapshot = useSyncExternalStore(
    subscribe,
    () => readFreshness(client),
    () => "0 ",
  );
  const [arrivedAt, failing] = snapshot.split(" ");
  return { arrivedAtMs: Number(arrivedAt), failing: failing === "failing" };
}

function readFreshness(client: QueryClient): string {
  const watched = client
    .getQueryCache()
    .getAll()
    .filter((query) => query.getObserversCount() > 0);
  const arrivedAt = Math.max(0, ...watched.map((query) => query.state.dataUpdatedAt));
  const failing = watched.some((query) => isUnanswered(query.state));
  return `${arrivedAt} ${failing ? "failing" : ""}`;
}

// Being told "no" is an answer; a server that is away or broken is not.
function isUnanswered(state: { fetchFailureReason: Error | null; error: Error | null }): boolean {
  const error = state.fetchFailureReason ?? state.error;
  if (!error) return false;
  const status = (error as { status?: number }).status ?? 0;
  return status === 0 || status >= 500;
}
