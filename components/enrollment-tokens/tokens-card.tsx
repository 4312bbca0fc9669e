"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { clusterTokensQuery } from "@/lib/clusters/queries.ts";
import type { EnrollmentTokenView } from "@/lib/contract/machine-views.ts";
import { useMayNot } from "../clusters/use-may.ts";
import { Section } from "../ui/card.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { SkeletonLines } from "../ui/skeleton.tsx";
import { Time } from "../ui/time.tsx";
import { RevokeTokenButton } from "./revoke-token-button.tsx";

/** The tokens that still take machines into a cluster. Only for those who may write there. */
export function TokensCard({ clusterId }: { clusterId: string }) {
  const t = useTranslations("enrollmentTokens");
  const mayNot = useMayNot("write");
  const query = useQuery({ ...clusterTokensQuery(clusterId), enabled: mayNot === null });
  if (mayNot !== null) return null;
  return (
    <Section title={t("title")} hint={t("hint")}>
      {query.data ? (
        <Tokens tokens={query.data.tokens.filter(({ state }) => state === "active")} />
      ) : query.error ? (
        <p className="break-words text-muted text-sm">
          <ErrorText error={query.error} />
        </p>
      ) : (
        <SkeletonLines lines={2} />
      )}
    </Section>
  );
}

function Tokens({ tokens }: { tokens: EnrollmentTokenView[] }) {
  const t = useTranslations("enrollmentTokens");
  if (tokens.length === 0) return <p className="text-muted text-sm">{t("none")}</p>;
  return (
    <ul className="flex flex-col divide-y">
      {tokens.map((token) => (
        <li key={token.id} className="flex items-start justify-between gap-3 py-2.5">
          <TokenText token={token} />
          <RevokeTokenButton token={token} />
        </li>
      ))}
    </ul>
  );
}

function TokenText({ token }: { token: EnrollmentTokenView }) {
  const t = useTranslations("enrollmentTokens");
  const { id, label, usesLeft, machines, networks, labels, accept } = token;
  const at = (ms: number) => () => <Time key="t" ms={ms} />;
  const takes = [
    usesLeft === null ? t("anyUses") : t("usesLeft", { count: usesLeft }),
    t("machines", { count: machines }),
    ...(networks.length > 0 ? [t("networks", { networks: networks.join(", ") })] : []),
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...(accept === "byHand" ? [t("byHand")] : []),
  ];
  return (
    <div className="min-w-0 text-sm">
      <p className="break-words font-medium">{label || `#${id}`}</p>
      <p className="break-words text-[0.8125rem] text-muted">{takes.join(" · ")}</p>
      <p className="text-[0.8125rem] text-subtle">
        {t.rich("made", { who: token.createdBy, time: at(token.createdAtMs) })} ·{" "}
        {t.rich("expires", { time: at(token.expiresAtMs) })}
      </p>
    </div>
  );
}
