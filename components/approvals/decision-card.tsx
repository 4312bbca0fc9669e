"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { meQuery } from "@/lib/access/queries.ts";
import { decideRelease } from "@/lib/approvals/queries.ts";
import type { ApprovalView } from "@/lib/contract/approval-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/card.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";

/** Yes or no with a remark; or why whoever reads this does not decide. */
export function DecisionCard({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approval");
  const { data: me } = useQuery(meQuery());
  if (approval.state !== "waiting") return null;
  if (approval.mayDecide) return <Decision approval={approval} />;
  const reason = me?.username === approval.askedBy ? "author" : "permission";
  return (
    <Section title={t("decision")}>
      <Alert tone="info">{t(`mayNot.${reason}`)}</Alert>
    </Section>
  );
}

function Decision({ approval }: { approval: ApprovalView }) {
  const t = useTranslations("approval");
  const client = useQueryClient();
  const [remark, setRemark] = useState("");
  const [touched, setTouched] = useState(false);
  const missing = remark.trim() === "";
  const decide = useMutation({
    mutationFn: (decision: "approve" | "deny") =>
      decideRelease(approval.releaseId, decision, remark.trim()),
    async onSuccess(decided, decision) {
      toast.success(t(decision === "approve" ? "approved" : "refusedToast"));
      client.setQueryData(["approval", approval.releaseId], decided);
      await client.invalidateQueries();
    },
  });
  const order = (decision: "approve" | "deny") => {
    setTouched(true);
    if (!missing) decide.mutate(decision);
  };
  return (
    <Section title={t("decision")} bodyClassName="flex flex-col gap-4">
      <p className="text-muted text-sm">{t("what")}</p>
      {decide.error ? (
        <Alert tone="bad" live title={t("refused")}>
          <ErrorText error={decide.error} />
        </Alert>
      ) : null}
      <Field
        label={t("remark")}
        hint={t("remarkHint")}
        error={touched && missing ? t("remarkMissing") : undefined}
      >
        {(control) => (
          <Textarea
            {...control}
            maxLength={500}
            value={remark}
            onChange={(event) => setRemark(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" disabled={decide.isPending} onClick={() => order("approve")}>
          <Check aria-hidden />
          {t("approve")}
        </Button>
        <Button tone="dangerQuiet" disabled={decide.isPending} onClick={() => order("deny")}>
          <Ban aria-hidden />
          {t("deny")}
        </Button>
      </div>
    </Section>
  );
}
