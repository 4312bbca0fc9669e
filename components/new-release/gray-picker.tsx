"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { Button } from "../ui/button.tsx";
import { GrayPaste } from "./gray-paste.tsx";
import { GraySearch } from "./gray-search.tsx";
import type { GrayMachine, ReleaseDraft } from "./release-draft.ts";

const shownMost = 30;

/** The machines that get the version first: found by searching or by pasting a list. */
export function GrayPicker() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const gray = form.watch("gray");
  const clusterIds = form.watch("clusterIds");
  function add(machines: GrayMachine[]) {
    const known = new Set(form.getValues("gray").map(({ id }) => id));
    const fresh = machines.filter(({ id }) => !known.has(id));
    form.setValue("gray", [...form.getValues("gray"), ...fresh]);
  }
  const remove = (id: string) =>
    form.setValue(
      "gray",
      gray.filter((machine) => machine.id !== id),
    );
  return (
    <div className="min-w-0">
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <GraySearch clusterIds={clusterIds} chosen={gray} onAdd={add} onRemove={remove} />
        <GrayPaste clusterIds={clusterIds} onAdd={add} />
      </div>
      {gray.length > 0 ? (
        <div className="mt-4">
          <div className="mb-2 flex items-center gap-3">
            <h3 className="font-medium text-[0.8125rem]">
              {t("grayChosen", { count: gray.length })}
            </h3>
            <Button size="sm" tone="ghost" onClick={() => form.setValue("gray", [])}>
              {t("grayClear")}
            </Button>
          </div>
          <ul className="flex flex-wrap gap-1.5">
            {gray.slice(0, shownMost).map((machine) => (
              <li
                key={machine.id}
                className="flex items-center gap-1 rounded-md border bg-canvas py-0.5 pr-0.5 pl-2 text-[0.8125rem]"
              >
                {machine.hostname}
                <Button
                  size="iconSm"
                  tone="ghost"
                  className="size-5"
                  aria-label={t("grayRemove", { hostname: machine.hostname })}
                  onClick={() => remove(machine.id)}
                >
                  <X aria-hidden />
                </Button>
              </li>
            ))}
            {gray.length > shownMost ? (
              <li className="py-1 text-[0.8125rem] text-subtle">+{gray.length - shownMost}</li>
            ) : null}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
