"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useFormContext } from "react-hook-form";
import { toast } from "sonner";
import type { ReleasePreview } from "@/lib/contract/console-views.ts";
import { createRelease, previewRelease } from "@/lib/releases/queries.ts";
import { ApprovalNotice } from "../approvals/approval-notice.tsx";
import { ConfirmChange } from "../releases/confirm-change.tsx";
import { confirmTier } from "../releases/confirm-tier.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState, ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { SkeletonLines } from "../ui/skeleton.tsx";
import { previewTotals } from "./preview-totals.ts";
import { PreviewView } from "./preview-view.tsx";
import { planOfDraft, type ReleaseDraft } from "./release-draft.ts";

/** What would happen, as the server sees the fleet now; then the confirmation that it deserves. */
export function CheckStep() {
  const form = useFormContext<ReleaseDraft>();
  const preview = useMutation({
    mutationFn: () => previewRelease(planOfDraft(form.getValues())),
  });
  const asked = useRef(false);
  const { mutate } = preview;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  if (preview.error) return <ErrorState error={preview.error} onRetry={() => mutate()} />;
  if (!preview.data) return <SkeletonLines lines={6} />;
  return (
    <div className="flex flex-col gap-6">
      <PreviewView preview={preview.data} draft={form.getValues()} />
      <Start
        key={preview.data.previewId}
        preview={preview.data}
        onAgain={() => mutate()}
        busy={preview.isPending}
      />
    </div>
  );
}

function Start(props: { preview: ReleasePreview; busy: boolean; onAgain: () => void }) {
  const t = useTranslations("newRelease");
  const tApproval = useTranslations("approval");
  const router = useRouter();
  const client = useQueryClient();
  const form = useFormContext<ReleaseDraft>();
  const { change, offline } = previewTotals(props.preview);
  const machines = change + offline;
  const { agentName, removes } = form.getValues();
  const tier = confirmTier({ machines, removes, agentName });
  const [confirmed, setConfirmed] = useState(tier.kind === "click");
  const reasons = props.preview.approval ?? [];
  const needsApproval = reasons.length > 0;
  const start = useMutation({
    mutationFn: () =>
      createRelease({
        plan: planOfDraft(form.getValues()),
        previewId: props.preview.previewId,
      }),
    onSuccess: (release) => {
      client.setQueryData(["release", release.id], release);
      toast.success(needsApproval ? tApproval("askedToast") : t("started"));
      router.push(`/releases/${release.id}`);
    },
  });
  return (
    <div className="flex flex-col gap-5 border-t pt-5">
      <Field label={t("note")} hint={t("noteHint")} className="max-w-2xl">
        {(control) => (
          <Textarea {...control} {...form.register("note")} maxLength={500} className="min-h-16" />
        )}
      </Field>
      {machines === 0 ? <Alert tone="info">{t("nothingChanges")}</Alert> : null}
      <ApprovalNotice reasons={reasons} />
      <ConfirmChange tier={tier} machines={machines} onChange={setConfirmed} />
      {start.error ? (
        <Alert tone="bad" live title={t("notStarted")}>
          <ErrorText error={start.error} />
        </Alert>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button
          tone={removes ? "danger" : "primary"}
          disabled={!confirmed || start.isPending || start.isSuccess}
          onClick={() => start.mutate()}
        >
          {needsApproval ? tApproval("ask") : removes ? t("startRemoval") : t("start")}
        </Button>
        <Button disabled={props.busy} onClick={props.onAgain}>
          <RotateCw aria-hidden />
          {t("previewAgain")}
        </Button>
      </div>
    </div>
  );
}
