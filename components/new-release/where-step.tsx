"use client";

import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { machineTypes } from "@/lib/contract/machine-type.ts";
import { Checkbox } from "../ui/checkbox.tsx";
import { ClusterOrder } from "./cluster-order.tsx";
import { GrayChoice } from "./gray-choice.tsx";
import type { ReleaseDraft } from "./release-draft.ts";

/** Which machines: types, clusters in their order, and the gray ones that go first. */
export function WhereStep() {
  const t = useTranslations("newRelease");
  const tType = useTranslations("machineType");
  const form = useFormContext<ReleaseDraft>();
  const types = form.watch("machineTypes");
  return (
    <div className="flex flex-col gap-7">
      <fieldset>
        <legend className="mb-2 font-medium">{t("types")}</legend>
        <div className="flex flex-wrap gap-x-6 gap-y-2">
          {machineTypes.map((type) => (
            <Checkbox
              key={type}
              checked={types.includes(type)}
              onChange={(checked) =>
                form.setValue(
                  "machineTypes",
                  checked ? [...types, type] : types.filter((each) => each !== type),
                )
              }
            >
              {tType(type)}
            </Checkbox>
          ))}
        </div>
      </fieldset>
      <ClusterOrder />
      <GrayChoice />
    </div>
  );
}
