"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { Button } from "../ui/button.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { DurationInput } from "../ui/duration-input.tsx";
import { NumberInput } from "../ui/number-input.tsx";
import { addBatch, removeStage, replaceStage } from "./edit-stages.ts";
import type { DraftStage, ReleaseDraft } from "./release-draft.ts";

/** The stages as rows that can be changed, taken out and added to. */
export function StageEditor() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const stages = form.watch("stages");
  function set(next: DraftStage[]) {
    form.setValue("stages", next);
    form.setValue("template", "custom");
  }
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 font-medium">{t("stages")}</legend>
      <ol className="divide-y rounded-lg border">
        {stages.map((stage, index) => (
          <StageRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
            key={index}
            stage={stage}
            number={index + 1}
            onChange={(change) => set(replaceStage(stages, index, change))}
            onRemove={stages.length > 1 ? () => set(removeStage(stages, index)) : null}
          />
        ))}
      </ol>
      <Button size="sm" className="mt-2.5" onClick={() => set(addBatch(stages))}>
        <Plus aria-hidden />
        {t("addBatch")}
      </Button>
    </fieldset>
  );
}

function StageRow(props: {
  stage: DraftStage;
  number: number;
  onChange: (change: Partial<DraftStage>) => void;
  onRemove: (() => void) | null;
}) {
  const t = useTranslations("newRelease");
  const tStage = useTranslations("stage");
  const { stage, onChange } = props;
  return (
    <li className="flex flex-wrap items-end gap-x-4 gap-y-3 px-3.5 py-3">
      <div className="flex w-full items-center gap-2 sm:w-36 sm:self-center">
        <span className="tabular text-subtle">{props.number}.</span>
        {stage.kind === "batch" ? (
          <span className="flex items-center gap-2">
            {t("upTo")}
            <NumberInput
              label={t("upToLabel", { number: props.number })}
              value={stage.upToPercent}
              min={1}
              max={99}
              unit="%"
              onChange={(upToPercent) => onChange({ upToPercent })}
              className="w-20"
            />
          </span>
        ) : (
          <span className="font-medium">{tStage(stage.kind)}</span>
        )}
      </div>
      <GateFields stage={stage} onChange={onChange} />
      <Checkbox
        checked={stage.manual}
        onChange={(manual) => onChange({ manual })}
        className="self-end pb-1.5"
      >
        {t("manual")}
      </Checkbox>
      <Button
        size="iconSm"
        tone="ghost"
        className="ml-auto self-end"
        disabled={!props.onRemove}
        aria-label={t("removeStage", { number: props.number })}
        onClick={() => props.onRemove?.()}
      >
        <Trash2 aria-hidden />
      </Button>
    </li>
  );
}

function GateFields(props: { stage: DraftStage; onChange: (change: Partial<DraftStage>) => void }) {
  const t = useTranslations("newRelease");
  const { stage, onChange } = props;
  return (
    <>
      <Labelled label={t("soak")}>
        <DurationInput
          label={t("soak")}
          seconds={stage.soakSeconds}
          onChange={(soakSeconds) => onChange({ soakSeconds })}
        />
      </Labelled>
      <Labelled label={t("failureShare")}>
        <NumberInput
          label={t("failureShare")}
          value={stage.failureShare}
          min={0}
          max={100}
          unit="%"
          onChange={(failureShare) => onChange({ failureShare })}
          className="w-24"
        />
      </Labelled>
      <Labelled label={t("convergedShare")}>
        <NumberInput
          label={t("convergedShare")}
          value={stage.convergedShare}
          min={0}
          max={100}
          unit="%"
          onChange={(convergedShare) => onChange({ convergedShare })}
          className="w-24"
        />
      </Labelled>
      <Labelled label={t("deadline")}>
        <DurationInput
          label={t("deadline")}
          seconds={stage.deadlineSeconds}
          onChange={(deadlineSeconds) => onChange({ deadlineSeconds })}
        />
      </Labelled>
    </>
  );
}

function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden className="text-subtle text-xs">
        {label}
      </span>
      {children}
    </div>
  );
}
