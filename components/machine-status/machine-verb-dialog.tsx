"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import type { MachineVerb } from "@/lib/contract/machine-views.ts";
import { changeMachine } from "@/lib/machines/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";

/** Says what follows, and asks for a remark that stands on the machine and in the audit log. */
export function MachineVerbDialog(props: {
  machine: MachineDetail;
  verb: MachineVerb;
  onClose: () => void;
}) {
  const t = useTranslations("machineStatus");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const [remark, setRemark] = useState("");
  const { machine, verb, onClose } = props;
  const machineName = machine.hostname || machine.id;
  const change = useMutation({
    mutationFn: () => changeMachine(machine.id, verb, remark.trim()),
    async onSuccess() {
      onClose();
      toast.success(t(`done.${verb}`, { machine: machineName }));
      await client.invalidateQueries();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t(`title.${verb}`, { machine: machineName })}
      description={t(`follows.${verb}`)}
      footer={
        <>
          <Button onClick={onClose}>{tCommon("cancel")}</Button>
          <Button
            tone={verb === "revoke" || verb === "renew" ? "danger" : "primary"}
            disabled={change.isPending}
            onClick={() => change.mutate()}
          >
            {t(`verb.${verb}`)}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {change.error ? (
          <Alert tone="bad" live>
            <ErrorText error={change.error} />
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
      </div>
    </Dialog>
  );
}
