"use client";

import { FileKey2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { PackageView } from "@/lib/contract/console-views.ts";
import type { PackageSignatureView } from "@/lib/contract/trust-views.ts";
import { useRefusalText } from "../trust/refusal-text.ts";
import { Button } from "../ui/button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { SignDialog } from "./sign-dialog.tsx";
import { SignatureBadge } from "./signature-badge.tsx";

/** Who vouches for the package, whether machines take that, and where to add it. */
export function SignatureDetails({ each }: { each: PackageView }) {
  const t = useTranslations("signature");
  const [signing, setSigning] = useState(false);
  const hint = useSignatureHint()(each.signature);
  return (
    <section className="flex min-w-0 flex-col gap-2.5 border-t bg-canvas/60 px-5 py-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h4 className="flex flex-wrap items-center gap-2.5 font-medium text-sm">
          {t("title")}
          <SignatureBadge signature={each.signature} />
        </h4>
        <Button size="sm" onClick={() => setSigning(true)}>
          <FileKey2 aria-hidden />
          {t(each.signature ? "replace" : "add")}
        </Button>
      </div>
      <p className="text-[0.8125rem] text-muted">{hint}</p>
      {each.signature ? <SignatureFacts signature={each.signature} /> : null}
      <SignDialog each={each} open={signing} onOpenChange={setSigning} />
    </section>
  );
}

/** One sentence: whether machines take it, and if not, why. */
export function useSignatureHint() {
  const t = useTranslations("signature.hint");
  const text = useRefusalText();
  return (signature: PackageView["signature"]): string => {
    if (signature === null) return t("none");
    const { state } = signature;
    if (state === "good" || state === "unchecked") return t(state);
    return t("refused", { why: text.reason(state) });
  };
}

function SignatureFacts({ signature }: { signature: PackageSignatureView }) {
  const t = useTranslations("signature");
  const { expiresAtMs, storedBy, storedAtMs } = signature;
  return (
    <Facts
      className="text-[0.8125rem]"
      facts={[
        [t("signedBy"), <Signers key="by" signature={signature} />],
        [t("signedAt"), <Time key="at" ms={signature.signedAtMs} look="exact" />],
        [
          t("sequence"),
          <span key="sequence" className="tabular">
            {signature.sequence}
          </span>,
        ],
        [t("rollback"), <GoingBack key="back" signature={signature} />],
        [
          t("expires"),
          expiresAtMs === null ? t("never") : <Time key="end" ms={expiresAtMs} look="exact" />,
        ],
        [
          t("stored"),
          t.rich("storedValue", {
            ...{ who: storedBy, time: () => <Time ms={storedAtMs} look="exact" /> },
          }),
        ],
      ]}
    />
  );
}

function Signers({
  signature: { signedBy, threshold, state },
}: {
  signature: PackageSignatureView;
}) {
  const t = useTranslations("signature");
  const names = signedBy.map(({ name, keyId }) => name || keyId.slice(0, 16));
  const needed =
    state === "unchecked" ? "" : ` (${t("keysOf", { signed: names.length, threshold })})`;
  return `${names.join(", ") || t("noSigner")}${needed}`;
}

function GoingBack({ signature: { rollbackTo } }: { signature: PackageSignatureView }) {
  const t = useTranslations("signature");
  if (rollbackTo === null) return t("rollbackNone");
  return rollbackTo === 0 ? t("rollbackAny") : t("rollbackTo", { sequence: rollbackTo });
}
