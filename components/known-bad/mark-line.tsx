"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import type { KnownBadView } from "@/lib/contract/known-bad.ts";
import { ActionButton } from "../clusters/action-button.tsx";
import { useReasonText } from "../releases/reason-text.ts";
import { Time } from "../ui/time.tsx";
import { LiftDialog } from "./lift-dialog.tsx";

/** What is marked and where, why, by whom; and who lifted it. */
export function MarkLine({ mark, mayNot }: { mark: KnownBadView; mayNot: string | null }) {
  const t = useTranslations("knownBad");
  const [lifting, setLifting] = useState(false);
  const isLifted = mark.liftedAtMs !== null;
  return (
    <li className="flex items-start justify-between gap-3 py-2.5 first:pt-0 last:pb-0">
      <div className="min-w-0 text-sm">
        <p className="break-words">
          <span className={isLifted ? "text-muted" : "font-medium"}>
            <MarkedThing mark={mark} />
          </span>{" "}
          <span className="text-muted">
            <Where mark={mark} />
          </span>
        </p>
        <p className="break-words text-muted">
          <Why mark={mark} />
        </p>
        <Who mark={mark} />
        {mark.notAt.length > 0 ? (
          <p className="text-[0.8125rem] text-warn">
            {t("notAt", { clusters: mark.notAt.map((one) => one.clusterName).join(", ") })}
          </p>
        ) : null}
      </div>
      {isLifted ? null : (
        <ActionButton size="sm" because={mayNot} onClick={() => setLifting(true)}>
          {t("lift")}
        </ActionButton>
      )}
      <LiftDialog mark={mark} open={lifting} onOpenChange={setLifting} />
    </li>
  );
}

function MarkedThing({ mark }: { mark: KnownBadView }) {
  const t = useTranslations("knownBad");
  if (mark.version !== null) return <span className="font-mono">{mark.version}</span>;
  const digest = mark.sha256?.slice(0, 12) ?? "";
  return (
    <>
      {t("archive")} <span className="font-mono">{digest}</span>
      {mark.versions.length > 0 ? ` (${mark.versions.join(", ")})` : ` (${t("notUploaded")})`}
    </>
  );
}

function Where({ mark }: { mark: KnownBadView }) {
  const t = useTranslations("knownBad");
  const { data } = useQuery(clustersQuery());
  if (mark.clusterId === null) return t("everywhere");
  const name = data?.clusters.find(({ id }) => id === mark.clusterId)?.name ?? mark.clusterId;
  return t("in", { cluster: name });
}

function Why({ mark }: { mark: KnownBadView }) {
  const t = useTranslations("knownBad");
  const reasonText = useReasonText();
  if (mark.cause === "person" || mark.releaseId === null) return mark.reason;
  return t.rich("gate", {
    id: mark.releaseId,
    reason: reasonText("gateFailed", mark.reason),
    release: (chunks) => (
      <Link href={`/releases/${mark.releaseId}`} className="text-link hover:underline">
        {chunks}
      </Link>
    ),
  });
}

function Who({ mark }: { mark: KnownBadView }) {
  const t = useTranslations("knownBad");
  const by = mark.cause === "gate" ? t("engine") : mark.markedBy;
  return (
    <p className="text-[0.8125rem] text-subtle">
      {by} · <Time ms={mark.markedAtMs} />
      {mark.liftedAtMs === null ? null : (
        <>
          {" · "}
          {t("liftedBy", { by: mark.liftedBy })} <Time ms={mark.liftedAtMs} />
          {mark.liftedRemark ? `: ${mark.liftedRemark}` : ""}
        </>
      )}
    </p>
  );
}
