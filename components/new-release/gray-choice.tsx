"use client";

import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { RadioCards } from "../ui/radio-cards.tsx";
import { GrayPicker } from "./gray-picker.tsx";
import { GraySelectionFields } from "./gray-selection-fields.tsx";
import type { ReleaseDraft } from "./release-draft.ts";

/** Who gets the version first: machines by name, or by what they are. */
export function GrayChoice() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const grayBy = form.watch("grayBy");
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 font-medium">{t("gray")}</legend>
      <RadioCards
        label={t("gray")}
        className="mb-4 sm:grid-cols-2"
        value={grayBy}
        onChange={(value) => form.setValue("grayBy", value)}
        options={[
          { value: "name", title: t("grayByName"), hint: t("grayByNameHint") },
          { value: "selection", title: t("grayBySelection"), hint: t("grayBySelectionHint") },
        ]}
      />
      {grayBy === "name" ? <GrayPicker /> : <GraySelectionFields />}
    </fieldset>
  );
}
