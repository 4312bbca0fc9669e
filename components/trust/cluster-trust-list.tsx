"use client";

import { useTranslations } from "next-intl";
import type { ClusterTrustView } from "@/lib/contract/trust-views.ts";
import { Facts } from "../ui/facts.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { Time } from "../ui/time.tsx";
import { DroppedLines } from "./dropped-lines.tsx";
import { RefusingLines } from "./refusing-lines.tsx";
import { SigningBadge } from "./signing-badge.tsx";

export function ClusterTrustList({ clusters }: { clusters: ClusterTrustView[] }) {
  return (
    <ul className="divide-y">
      {clusters.map((cluster) => (
        <li key={cluster.clusterId} className="flex flex-col gap-2.5 py-4 first:pt-1 last:pb-0">
          <ClusterTrust cluster={cluster} />
        </li>
      ))}
    </ul>
  );
}

/** Whether its master signs, how fresh that is, and what its machines believe. */
function ClusterTrust({ cluster }: { cluster: ClusterTrustView }) {
  const t = useTranslations("trust");
  const { clusterId, clusterName, signing, freshness, rootVersion, directorKeyId } = cluster;
  return (
    <article className="flex flex-col gap-2.5">
      <div>
        <h3 className="flex flex-wrap items-center gap-2.5 font-medium">
          <TextLink href={`/clusters/${encodeURIComponent(clusterId)}`}>{clusterName}</TextLink>
          <SigningBadge signing={signing} />
        </h3>
        <p className="text-[0.8125rem] text-muted">{t(`signingHint.${signing}`)}</p>
      </div>
      <Facts
        facts={
          [
            ...(rootVersion === null
              ? []
              : [[t("rootInUse"), t("rootVersion", { version: rootVersion })] as const]),
            ...(directorKeyId === null
              ? []
              : [[t("director"), <KeyId key="k" id={directorKeyId} />]]),
            ...(freshness ? [[t("freshness"), <Freshness key="f" freshness={freshness} />]] : []),
            [t("machines"), <Believers key="m" machines={cluster.machines} />],
          ] as [string, React.ReactNode][]
        }
      />
      <RefusingLines refusing={cluster.machines.refusing} />
      <DroppedLines dropped={cluster.droppedFromRedis} />
    </article>
  );
}

function KeyId({ id }: { id: string }) {
  return (
    <code className="font-mono text-xs" title={id}>
      {id.slice(0, 16)}
    </code>
  );
}

function Freshness({ freshness }: { freshness: NonNullable<ClusterTrustView["freshness"]> }) {
  const t = useTranslations("trust");
  const at = (ms: number) => () => <Time ms={ms} />;
  return (
    <>
      {t("sequence")} <span className="tabular">{freshness.sequence}</span> ·{" "}
      {t.rich("issued", { time: at(freshness.issuedAtMs) })} ·{" "}
      {t.rich("until", { time: at(freshness.expiresAtMs) })}
    </>
  );
}

function Believers({ machines }: Pick<ClusterTrustView, "machines">) {
  const t = useTranslations("trust");
  const { total, checking, byRoot } = machines;
  if (total === 0) return t("noMachines");
  const roots = byRoot.map((one) => t("byRoot", one));
  return [t("checking", { checking, total }), ...roots].join(" · ");
}
