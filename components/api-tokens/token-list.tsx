"use client";

import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { meQuery } from "@/lib/access/queries.ts";
import type { ApiTokenView } from "@/lib/contract/access-views.ts";
import { usePermissionName } from "../settings/permission-name.ts";
import { useWhere } from "../settings/where-text.ts";
import { Badge } from "../ui/badge.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Time } from "../ui/time.tsx";
import { RevokeTokenButton } from "./revoke-token-button.tsx";

/** Those that are good first; what has ended is kept out of the way. */
export function TokenList({ tokens }: { tokens: ApiTokenView[] }) {
  const t = useTranslations("apiTokens");
  if (tokens.length === 0)
    return (
      <EmptyState icon={<KeyRound aria-hidden />} title={t("none")}>
        {t("noneHint")}
      </EmptyState>
    );
  const active = tokens.filter(({ state }) => state === "active");
  const ended = tokens.filter(({ state }) => state !== "active");
  return (
    <>
      {active.length === 0 ? <p className="text-muted text-sm">{t("noneActive")}</p> : null}
      <Lines tokens={active} />
      {ended.length > 0 ? (
        <details className="mt-3 border-t pt-3">
          <summary className="cursor-pointer text-[0.8125rem] text-muted hover:text-ink">
            {t("ended", { count: ended.length })}
          </summary>
          <Lines tokens={ended} />
        </details>
      ) : null}
    </>
  );
}

function Lines({ tokens }: { tokens: ApiTokenView[] }) {
  return (
    <ul className="flex flex-col divide-y">
      {tokens.map((token) => (
        <li key={token.id} className="flex flex-wrap items-start justify-between gap-2 py-3">
          <TokenText token={token} />
          {token.state === "active" ? <RevokeTokenButton token={token} /> : null}
        </li>
      ))}
    </ul>
  );
}

function TokenText({ token }: { token: ApiTokenView }) {
  const t = useTranslations("apiTokens");
  const name = usePermissionName();
  const where = useWhere();
  const { data: me } = useQuery(meQuery());
  const { label, owner, permissions, state, createdAtMs, expiresAtMs, lastUsedAtMs } = token;
  const at = (ms: number) => () => <Time key="t" ms={ms} />;
  return (
    <div className="min-w-0">
      <p className="flex flex-wrap items-center gap-1.5">
        <span className="mr-1 break-words font-medium">{label}</span>
        {state === "active" ? null : <Badge tone="off">{t(`state.${state}`)}</Badge>}
        {permissions.map((one) => (
          <Badge key={one}>{name(one)}</Badge>
        ))}
      </p>
      <p className="mt-0.5 text-[0.8125rem] text-muted">{where(token)}</p>
      <p className="text-[0.8125rem] text-subtle">
        {me && me.username !== owner ? `${t("of", { owner })} · ` : null}
        {t.rich("made", { time: at(createdAtMs) })} ·{" "}
        {lastUsedAtMs === null ? t("neverUsed") : t.rich("used", { time: at(lastUsedAtMs) })}
        {state === "active" ? <> · {t.rich("expires", { time: at(expiresAtMs) })}</> : null}
      </p>
    </div>
  );
}
