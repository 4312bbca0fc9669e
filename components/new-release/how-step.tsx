"use client";

import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { Alert } from "../ui/alert.tsx";
import { type RadioCard, RadioCards } from "../ui/radio-cards.tsx";
import { hasNoGray, type ReleaseDraft, stagesOfTemplate, templateIds } from "./release-draft.ts";
import { StageEditor } from "./stage-editor.tsx";

/** In which steps, and what must hold between them. */
export function HowStep() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const template = form.watch("template");
  const [grayBy, gray] = form.watch(["grayBy", "gray"]);
  const stages = form.watch("stages");
  const clusterIds = form.watch("clusterIds");
  const skipsGray = stages.some(({ kind }) => kind === "gray") && hasNoGray({ grayBy, gray });
  return (
    <div className="flex flex-col gap-7">
      <RadioCards
        label={t("templates")}
        className="sm:grid-cols-2"
        value={template === "custom" ? null : template}
        onChange={(id) => {
          form.setValue("template", id);
          form.setValue("stages", stagesOfTemplate(id));
        }}
        options={templateIds.map((id) => ({
          value: id,
          title: t(`template.${id}.title`),
          hint: t(`template.${id}.hint`),
        }))}
      />
      <StageEditor />
      {skipsGray ? <Alert tone="info">{t("grayWillBeSkipped")}</Alert> : null}
      <Choice
        legend={t("onFailure")}
        value={form.watch("onGateFailure")}
        onChange={(value) => form.setValue("onGateFailure", value)}
        options={[
          { value: "pause", title: t("onFailurePause"), hint: t("onFailurePauseHint") },
          { value: "rollBack", title: t("onFailureRollBack"), hint: t("onFailureRollBackHint") },
        ]}
      />
      <Choice
        legend={t("verification")}
        value={form.watch("verification")}
        onChange={(value) => form.setValue("verification", value)}
        options={[
          {
            value: "person",
            title: t("verificationPerson"),
            hint: t("verificationPersonHint", { count: clusterIds.length }),
          },
          {
            value: "automatic",
            title: t("verificationAutomatic"),
            hint: t("verificationAutomaticHint"),
          },
        ]}
      />
      <Choice
        legend={t("order")}
        value={form.watch("order")}
        onChange={(value) => form.setValue("order", value)}
        options={[
          { value: "sticky", title: t("orderSticky"), hint: t("orderStickyHint") },
          { value: "perRelease", title: t("orderPerRelease"), hint: t("orderPerReleaseHint") },
        ]}
      />
    </div>
  );
}

function Choice<T extends string>(props: {
  legend: string;
  value: T;
  options: readonly RadioCard<T>[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset>
      <legend className="mb-2 font-medium">{props.legend}</legend>
      <RadioCards
        label={props.legend}
        className="sm:grid-cols-2"
        value={props.value}
        options={props.options}
        onChange={props.onChange}
      />
    </fieldset>
  );
}
