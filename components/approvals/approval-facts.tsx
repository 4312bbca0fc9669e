"use client";

import { useTranslations } from "next-intl";
import type { ApprovalView } from "@/lib/contract/approval-views.ts";
import { Section } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { Time } from "../ui/time.tsx";
import { useApprovalReason } from "./approval-reason.ts";

/** The limits that were passed, who asked and until when somebody may say yes. */
export function ApprovalFacts({ approval, note }: { approval: ApprovalView; note: string }) {
  const t = useTranslations("approval");
  const text = useApprovalReason("reason");
  return (
    <Section
      title={t("why")}
      actions={
        <TextLink href={`/releases/${approval.releaseId}`} className="text-[0.8125rem]">
          {t("toRelease")}
        </TextLink>
      }
      bodyClassName="flex flex-col gap-3"
    >
      <ul className="list-disc pl-5">
        {approval.reasons.map((reason) => (
          <li key={`${reason.code} ${reason.value}`}>{text(reason)}</li>
        ))}
      </ul>
      <Facts
        facts={[
          [t("author"), approval.askedBy],
          [t("asked"), <Time key="asked" ms={approval.askedAtMs} look="exact" />],
          [
            t("expires"),
            <span key="expires">
              <Time ms={approval.expiresAtMs} look="exact" />
              {approval.state === "waiting" ? (
                <>
                  {" "}
                  (<Time ms={approval.expiresAtMs} />)
                </>
              ) : null}
            </span>,
          ],
          [t("note"), note || <span className="text-subtle">{t("noNote")}</span>],
        ]}
      />
    </Section>
  );
}
