"use client";

import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { NumberInput } from "../ui/number-input.tsx";
import { parseLabels } from "./parse-labels.ts";
import { type DraftSelection, graySelectedMost, type ReleaseDraft } from "./release-draft.ts";

/** Gray machines by labels and share; the check at the end of the wizard shows whom the server found. */
export function GraySelectionFields() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const selection = form.watch("graySelection");
  const set = (change: Partial<DraftSelection>) =>
    form.setValue("graySelection", { ...selection, ...change });
  return (
    <div className="flex flex-wrap items-start gap-x-5 gap-y-4">
      <Field
        label={t("grayLabels")}
        hint={t("grayLabelsHint")}
        {...(parseLabels(selection.labels) === null
          ? { error: t("problem.grayLabelsUnreadable") }
          : {})}
        className="w-full max-w-md"
      >
        {(control) => (
          <Input
            {...control}
            value={selection.labels}
            onChange={(event) => set({ labels: event.target.value })}
            placeholder="zone=bj-a, role=web"
            autoCapitalize="off"
            autoComplete="off"
            spellCheck={false}
            className="font-mono text-xs"
          />
        )}
      </Field>
      <Limit label={t("grayPercent")}>
        <NumberInput
          label={t("grayPercent")}
          value={selection.percent}
          min={0.01}
          max={100}
          unit="%"
          onChange={(percent) => set({ percent })}
          className="w-28"
        />
      </Limit>
      <Limit label={t("grayMost")}>
        <NumberInput
          label={t("grayMost")}
          value={selection.machinesMax}
          min={1}
          max={graySelectedMost}
          onChange={(machinesMax) => set({ machinesMax })}
          className="w-28"
        />
      </Limit>
    </div>
  );
}

function Limit({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-1.5">
      <span aria-hidden className="font-medium text-[0.8125rem]">
        {label}
      </span>
      {children}
    </div>
  );
}
