"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast } from "sonner";
import { endHold } from "@/lib/change-control/queries.ts";
import type { HoldView } from "@/lib/contract/change-control.ts";
import { ActionButton } from "../clusters/action-button.tsx";
import { Time } from "../ui/time.tsx";

export function HoldLine({ hold, mayNot }: { hold: HoldView; mayNot: string | null }) {
  const t = useTranslations("holds");
  const client = useQueryClient();
  const { target, agentName, owner, reason, untilMs } = hold;
  const end = useMutation({
    mutationFn: () => endHold(hold.id),
    async onSuccess() {
      toast.success(t("ended"));
      await client.invalidateQueries();
    },
    onError: (error) => toast.error(error.message),
  });
  return (
    <li className="flex flex-wrap items-start justify-between gap-2 py-2.5 text-sm">
      <div className="min-w-0">
        <p className="break-words font-medium">{reason}</p>
        <p className="text-[0.8125rem] text-muted">
          {agentName === null ? t("allAgents") : t("oneAgent", { agent: agentName })}
          {"labels" in target
            ? ` · ${Object.entries(target.labels)
                .map(([key, value]) => `${key}=${value}`)
                .join(", ")}`
            : null}
        </p>
        <p className="text-[0.8125rem] text-subtle">
          {t.rich("until", { owner, time: () => <Time ms={untilMs} look="exact" /> })}
        </p>
      </div>
      <ActionButton
        size="sm"
        because={mayNot}
        disabled={end.isPending}
        onClick={() => end.mutate()}
      >
        {t("end")}
      </ActionButton>
    </li>
  );
}
