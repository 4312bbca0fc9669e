"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { PackageUploaded, PackageView } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { SignatureBadge } from "./signature-badge.tsx";
import { useSignatureHint } from "./signature-details.tsx";

/** The archive is there, whatever becomes of its signature. */
export type UploadedWithSignature = { uploaded: PackageUploaded; signatureError: Error | null };

/** What came of an upload, and the way on. */
export function Uploaded(props: { result: UploadedWithSignature; expectedAgent?: string }) {
  const t = useTranslations("upload");
  const { packages, existed } = props.result.uploaded;
  const [first] = packages;
  if (!first) return null;
  const name = `${first.agentName} ${first.version}`;
  const elsewhere = props.expectedAgent !== undefined && props.expectedAgent !== first.agentName;
  return (
    <Alert
      tone="ok"
      live
      title={t(existed ? "existed" : first.signature ? "done" : "stored", { name })}
    >
      <p>{packages.map(({ platform }) => platform).join(", ")}</p>
      <SignatureOutcome signature={first.signature} error={props.result.signatureError} />
      {elsewhere ? (
        <p className="text-[0.8125rem]">{t("otherAgent", { agent: first.agentName })}</p>
      ) : null}
      <div className="mt-2.5 flex flex-wrap gap-2">
        <ButtonLink
          size="sm"
          tone="primary"
          href={`/releases/new?agent=${first.agentName}&version=${encodeURIComponent(first.version)}`}
        >
          {t("release")}
        </ButtonLink>
        <Link
          href={`/agents/${first.agentName}`}
          className="self-center font-medium text-link hover:underline"
        >
          {t("toAgent", { agent: first.agentName })}
        </Link>
      </div>
    </Alert>
  );
}

function SignatureOutcome(props: { signature: PackageView["signature"]; error: Error | null }) {
  const t = useTranslations("signature");
  const hint = useSignatureHint()(props.signature);
  if (props.error)
    return (
      <div className="mt-1 text-bad">
        <p className="font-medium">{t("refused")}</p>
        <ErrorText error={props.error} />
      </div>
    );
  return (
    <p className="mt-1 flex flex-wrap items-center gap-2 text-[0.8125rem]">
      <SignatureBadge signature={props.signature} />
      {hint}
    </p>
  );
}
