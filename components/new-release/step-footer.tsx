"use client";

import { ArrowLeft, ArrowRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { type DraftStep, draftSteps, problemsOfStep, type ReleaseDraft } from "./release-draft.ts";

/** On to the next step, or what is still missing here. */
export function StepFooter(props: {
  step: DraftStep;
  draft: ReleaseDraft;
  onStep: (step: DraftStep) => void;
}) {
  const t = useTranslations("newRelease");
  const tCommon = useTranslations("common");
  const [asked, setAsked] = useState<DraftStep | null>(null);
  const problems = problemsOfStep(props.draft, props.step);
  const index = draftSteps.indexOf(props.step);
  const before = draftSteps[index - 1];
  const after = draftSteps[index + 1];
  function forward() {
    setAsked(props.step);
    if (problems.length === 0 && after) props.onStep(after);
  }
  return (
    <div className="mt-6 flex flex-col gap-4">
      {asked === props.step && problems.length > 0 ? (
        <Alert tone="warn" live>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{t(`problem.${problem}`)}</li>
            ))}
          </ul>
        </Alert>
      ) : null}
      <div className="flex justify-between gap-3 border-t pt-4">
        {before ? (
          <Button onClick={() => props.onStep(before)}>
            <ArrowLeft aria-hidden />
            {tCommon("back")}
          </Button>
        ) : (
          <span />
        )}
        <Button tone="primary" onClick={forward}>
          {tCommon("next")}
          <ArrowRight aria-hidden />
        </Button>
      </div>
    </div>
  );
}
