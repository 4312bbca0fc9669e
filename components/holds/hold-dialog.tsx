"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { placeHold } from "@/lib/change-control/queries.ts";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { DurationInput } from "../ui/duration-input.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";

const allAgents = "*";
const usualSeconds = 4 * 3600;

/** Leaves one machine out of changes for a while: a hold that nobody remembers ends by itself. */
export function HoldDialog({ machine, onClose }: { machine: MachineDetail; onClose: () => void }) {
  const t = useTranslations("holds");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const [form, setForm] = useState({ reason: "", agent: allAgents, seconds: usualSeconds });
  const [touched, setTouched] = useState(false);
  const reason = form.reason.trim();
  const place = useMutation({
    mutationFn: () =>
      placeHold({
        target: { machineId: machine.id },
        agentName: form.agent === allAgents ? null : form.agent,
        reason,
        untilMs: Date.now() + form.seconds * 1000,
      }),
    async onSuccess() {
      onClose();
      toast.success(t("placed"));
      await client.invalidateQueries();
    },
  });
  const submit = () => {
    setTouched(true);
    if (reason !== "" && form.seconds > 0) place.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("holdTitle", { machine: machine.hostname || machine.id })}
      description={t("holdHint")}
      footer={
        <>
          <Button onClick={onClose}>{tCommon("cancel")}</Button>
          <Button tone="primary" disabled={place.isPending} onClick={submit}>
            {t("hold")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {place.error ? (
          <Alert tone="bad" live>
            <ErrorText error={place.error} />
          </Alert>
        ) : null}
        <Field
          label={t("reason")}
          error={touched && reason === "" ? t("reasonMissing") : undefined}
        >
          {(control) => (
            <Input
              {...control}
              maxLength={500}
              value={form.reason}
              onChange={(event) => setForm({ ...form, reason: event.target.value })}
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-4">
          <Field label={t("agent")} className="min-w-44 flex-1">
            {(control) => (
              <Select
                {...control}
                label={t("agent")}
                value={form.agent}
                options={[
                  { value: allAgents, label: t("allAgents") },
                  ...machine.agents.map(({ name }) => ({ value: name, label: name })),
                ]}
                onChange={(agent) => setForm({ ...form, agent })}
              />
            )}
          </Field>
          <div className="flex flex-col gap-1.5">
            <span aria-hidden className="font-medium text-[0.8125rem]">
              {t("for")}
            </span>
            <DurationInput
              label={t("for")}
              seconds={form.seconds}
              onChange={(seconds) => setForm({ ...form, seconds })}
            />
          </div>
        </div>
      </div>
    </Dialog>
  );
}
