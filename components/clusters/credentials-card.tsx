"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast } from "sonner";
import {
  createCredential,
  credentialsQuery,
  revokeCredential,
  rotateCredential,
} from "@/lib/clusters/queries.ts";
import type { CredentialView } from "@/lib/contract/cluster-views.ts";
import type { ClusterDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { SkeletonLines } from "../ui/skeleton.tsx";
import { Time } from "../ui/time.tsx";
import { useNow } from "../ui/use-now.ts";
import { useMayNot } from "./use-may.ts";

/** The secrets that are good for the cluster's master. Only for administrators. */
export function CredentialsCard({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const because = useMayNot("administrator");
  if (because)
    return (
      <Section title={t("credentials")} hint={t("credentialsHint")}>
        <p className="text-muted text-sm">{because}</p>
      </Section>
    );
  return <Credentials cluster={cluster} />;
}

function Credentials({ cluster }: { cluster: ClusterDetail }) {
  const t = useTranslations("cluster");
  const client = useQueryClient();
  const query = useQuery(credentialsQuery(cluster.id));
  const refresh = () => client.invalidateQueries({ queryKey: ["master-credentials", cluster.id] });
  const onError = (error: Error) => toast.error(error.message);
  const make = useMutation({
    mutationFn: () =>
      createCredential(cluster.id, { label: "", scope: "orders", ttlSeconds: null }),
    ...{ onSuccess: refresh, onError },
  });
  const rotate = useMutation({
    mutationFn: () => rotateCredential(cluster.id),
    onSuccess: () => {
      toast.success(t("rotated"));
      return refresh();
    },
    onError,
  });
  return (
    <Section
      title={t("credentials")}
      hint={t("credentialsHint")}
      actions={
        cluster.master ? (
          <Button size="sm" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
            {t("rotate")}
          </Button>
        ) : (
          <Button size="sm" disabled={make.isPending} onClick={() => make.mutate()}>
            {t("make")}
          </Button>
        )
      }
    >
      {make.data ? (
        <Alert tone="info" title={t("shownOnce")} className="mb-3" live>
          <CodeBlock wrap code={make.data.credential} label={t("make")} className="mt-2" />
        </Alert>
      ) : null}
      {query.data ? (
        <List clusterId={cluster.id} credentials={query.data.credentials} onChange={refresh} />
      ) : query.isError ? (
        <p className="break-words text-muted text-sm">{query.error.message}</p>
      ) : (
        <SkeletonLines lines={2} />
      )}
    </Section>
  );
}

function List(props: {
  clusterId: string;
  credentials: CredentialView[];
  onChange: () => Promise<void>;
}) {
  const t = useTranslations("cluster");
  if (props.credentials.length === 0)
    return <p className="text-muted text-sm">{t("noCredentials")}</p>;
  return (
    <ul className="flex flex-col divide-y">
      {props.credentials.map((credential) => (
        <li
          key={credential.id}
          className="flex flex-wrap items-start justify-between gap-2 py-2.5 text-sm"
        >
          <CredentialText credential={credential} />
          <RevokeButton {...props} credential={credential} />
        </li>
      ))}
    </ul>
  );
}

function CredentialText({ credential }: { credential: CredentialView }) {
  const t = useTranslations("cluster");
  const { id, label, createdBy, createdAtMs, expiresAtMs, lastUsedAtMs } = credential;
  const at = (ms: number) => () => <Time key="t" ms={ms} />;
  return (
    <div className="min-w-0">
      <p className="flex flex-wrap items-center gap-2">
        <span className="tabular font-medium">{label || `#${id}`}</span>
        <CredentialState credential={credential} />
      </p>
      <p className="text-[0.8125rem] text-subtle">
        {t.rich("madeBy", { who: createdBy, time: at(createdAtMs) })} ·{" "}
        {lastUsedAtMs === null ? t("neverUsed") : t.rich("lastUsed", { time: at(lastUsedAtMs) })}
        {expiresAtMs === null ? null : <> · {t.rich("expires", { time: at(expiresAtMs) })}</>}
      </p>
    </div>
  );
}

function CredentialState({ credential }: { credential: CredentialView }) {
  const t = useTranslations("cluster");
  const now = useNow(10_000);
  const { revokedAtMs, expiresAtMs, isCurrent, scope } = credential;
  if (revokedAtMs !== null) return <Badge tone="off">{t("revoked")}</Badge>;
  if (expiresAtMs !== null && now !== null && expiresAtMs <= now)
    return <Badge tone="off">{t("expired")}</Badge>;
  return (
    <>
      {isCurrent ? <Badge tone="ok">{t("inUse")}</Badge> : null}
      {scope === "read" ? <Badge>{t("readOnly")}</Badge> : null}
    </>
  );
}

function RevokeButton(props: {
  clusterId: string;
  credential: CredentialView;
  onChange: () => Promise<void>;
}) {
  const t = useTranslations("cluster");
  const { id, isCurrent, revokedAtMs } = props.credential;
  const revoke = useMutation({
    mutationFn: () => revokeCredential(props.clusterId, id),
    onSuccess: props.onChange,
    onError: (error) => toast.error(error.message),
  });
  if (isCurrent || revokedAtMs !== null) return null;
  return (
    <Button
      tone="dangerQuiet"
      size="sm"
      disabled={revoke.isPending}
      onClick={() => revoke.mutate()}
    >
      {t("revoke")}
    </Button>
  );
}
