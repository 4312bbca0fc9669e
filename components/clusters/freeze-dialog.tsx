"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { orderFreeze } from "@/lib/clusters/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";

export function FreezeDialog(props: {
  cluster: { id: string; name: string };
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("cluster");
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const [touched, setTouched] = useState(false);
  const { id: clusterId, name } = props.cluster;
  const order = useMutation({
    mutationFn: () => orderFreeze({ clusterId, reason, untilMs: null, allowsRollBack: true }),
    async onSuccess() {
      await client.invalidateQueries();
      setReason("");
      setTouched(false);
      props.onOpenChange(false);
    },
  });
  const submit = () => {
    setTouched(true);
    if (reason.trim() !== "") order.mutate();
  };
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={t("freezeTitle", { cluster: name })}
      description={t("freezeHint")}
      footer={
        <Button tone="primary" onClick={submit} disabled={order.isPending}>
          {t("freeze")}
        </Button>
      }
    >
      {order.error ? (
        <Alert tone="bad" title={t("failed")} live>
          <ErrorText error={order.error} />
        </Alert>
      ) : null}
      <Field label={t("reason")} error={touched && reason.trim() === "" && t("reasonMissing")}>
        {(control) => (
          <Input
            {...control}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}
