"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { KnownBadView } from "@/lib/contract/known-bad.ts";
import { liftKnownBad } from "@/lib/known-bad/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";

/** Lifting lets machines change to it again, at once where a release is under way: it is asked for twice. */
export function LiftDialog(props: {
  mark: KnownBadView;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("knownBad");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const [remark, setRemark] = useState("");
  const { mark } = props;
  const lift = useMutation({
    mutationFn: () => liftKnownBad(mark.id, remark.trim()),
    async onSuccess() {
      props.onOpenChange(false);
      await client.invalidateQueries();
    },
  });
  const what = mark.version ?? mark.sha256?.slice(0, 12) ?? "";
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={t("liftTitle", { what: `${mark.agentName} ${what}` })}
      description={t("liftHint")}
      footer={
        <>
          <Button onClick={() => props.onOpenChange(false)}>{tCommon("cancel")}</Button>
          <Button tone="danger" onClick={() => lift.mutate()} disabled={lift.isPending}>
            {t("lift")}
          </Button>
        </>
      }
    >
      {lift.error ? (
        <Alert tone="bad" title={t("failed")} live>
          <ErrorText error={lift.error} />
        </Alert>
      ) : null}
      <Field label={t("remark")} hint={t("remarkHint")}>
        {(control) => (
          <Input
            {...control}
            maxLength={500}
            value={remark}
            onChange={(event) => setRemark(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}
