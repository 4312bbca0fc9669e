"use client";

import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "../ui/cn.ts";
import { type DraftStep, draftSteps } from "./release-draft.ts";

export function Stepper(props: {
  step: DraftStep;
  furthest: DraftStep;
  onStep: (step: DraftStep) => void;
}) {
  const t = useTranslations("newRelease");
  const reached = draftSteps.indexOf(props.furthest);
  return (
    <nav aria-label={t("steps")}>
      <ol className="flex gap-2 sm:gap-3">
        {draftSteps.map((step, index) => {
          const here = step === props.step;
          const done = index < draftSteps.indexOf(props.step);
          return (
            <li key={step} className="min-w-0 flex-1">
              <button
                type="button"
                disabled={index > reached}
                aria-current={here ? "step" : undefined}
                onClick={() => props.onStep(step)}
                className={cn(
                  "flex w-full items-center gap-2 border-t-[3px] pt-2 text-left text-sm disabled:cursor-not-allowed",
                  here
                    ? "border-ember font-medium"
                    : done
                      ? "border-ok-fill text-ink"
                      : "border-line text-muted disabled:text-subtle",
                )}
              >
                {done ? (
                  <Check aria-hidden className="size-4 shrink-0 text-ok" />
                ) : (
                  <span className="tabular shrink-0">{index + 1}</span>
                )}
                <span className={cn("truncate", here ? "" : "max-sm:sr-only")}>
                  {t(`step.${step}.name`)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
