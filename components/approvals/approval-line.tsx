"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Hourglass } from "lucide-react";
import { useTranslations } from "next-intl";
import { approvalQuery } from "@/lib/approvals/queries.ts";
import type { ReleaseDetail } from "@/lib/contract/console-views.ts";
import { TextLink } from "../ui/text-link.tsx";
import { Time } from "../ui/time.tsx";
import { useShortReasons } from "./approval-reason.ts";

/** On a release's page: that it waits for a second person, since when and why, or who agreed. */
export function ApprovalLine({ release }: { release: ReleaseDetail }) {
  const asked = release.events.some(({ kind }) => kind === "waitsForApproval");
  return asked ? <Line release={release} /> : null;
}

function Line({ release }: { release: ReleaseDetail }) {
  const t = useTranslations("approval");
  const reasons = useShortReasons();
  const { data } = useQuery(approvalQuery(release.id));
  if (!data) return null;
  const waits = data.state === "waiting";
  const Icon = waits ? Hourglass : CircleCheck;
  return (
    <p className="flex items-start gap-1.5 text-[0.8125rem] text-ink">
      <Icon aria-hidden className="mt-[3px] size-3.5 shrink-0" />
      <span className="min-w-0 break-words">
        {waits
          ? t.rich("line", {
              reasons: reasons(data.reasons),
              since: () => <Time ms={data.askedAtMs} look="exact" />,
              expires: () => <Time ms={data.expiresAtMs} />,
            })
          : t(`outcome.${data.state as Decided}`, { who: data.decidedBy ?? "" })}
        {data.remark ? ` “${data.remark}”` : null}{" "}
        <TextLink href={`/approvals/${release.id}`}>
          {t(data.mayDecide ? "look" : "follow")}
        </TextLink>
      </span>
    </p>
  );
}

type Decided = "approved" | "denied" | "expired" | "withdrawn";
