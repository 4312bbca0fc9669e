"use client";

import { useTranslations } from "next-intl";
import type { ClusterTrustView } from "@/lib/contract/trust-views.ts";
import { Alert } from "../ui/alert.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { useRefusalText } from "./refusal-text.ts";

/** Machines that do not believe something, by what and why: they change nothing meanwhile. */
export function RefusingLines({ refusing }: Pick<ClusterTrustView["machines"], "refusing">) {
  const t = useTranslations("trust");
  const text = useRefusalText();
  return refusing.map(({ what, refusal, machines, example }) => (
    <Alert
      key={`${what} ${refusal}`}
      tone="bad"
      title={t("refusing", { machines, what: t(`subject.${what}`) })}
    >
      <p>
        {text.sentence(refusal)} {text.whatToDo(what)}
      </p>
      <TextLink href={`/machines/${encodeURIComponent(example)}`} className="text-[0.8125rem]">
        {t("refusingExample")}
      </TextLink>
    </Alert>
  ));
}
