"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { type ReactNode, useEffect, useRef } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { CheckStep } from "@/components/new-release/check-step.tsx";
import { HowStep } from "@/components/new-release/how-step.tsx";
import {
  type DraftStep,
  draftSteps,
  emptyDraft,
  furthestStep,
  type ReleaseDraft,
} from "@/components/new-release/release-draft.ts";
import { StepFooter } from "@/components/new-release/step-footer.tsx";
import { Stepper } from "@/components/new-release/stepper.tsx";
import { WhatStep } from "@/components/new-release/what-step.tsx";
import { WhereStep } from "@/components/new-release/where-step.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Card } from "@/components/ui/card.tsx";
import { PageHeader } from "@/components/ui/page-header.tsx";
import { meQuery } from "@/lib/access/queries.ts";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import { agentsQuery } from "@/lib/packages/queries.ts";
import { newReleaseParams } from "./search-params.ts";

const stepBodies = { what: WhatStep, where: WhereStep, how: HowStep, check: CheckStep };

export function NewReleaseClient() {
  const t = useTranslations("newRelease");
  const tNav = useTranslations("nav");
  const [params, setParams] = useQueryStates(newReleaseParams);
  const form = useForm<ReleaseDraft>({ defaultValues: emptyDraft(params.agent, params.version) });
  const draft = form.watch();
  const furthest = furthestStep(draft);
  // A link may name a step that this draft has not reached.
  const reached = draftSteps.indexOf(params.step) <= draftSteps.indexOf(furthest);
  const step = reached ? params.step : furthest;
  useOnlyCluster(form, params.cluster);
  const { data: me } = useQuery(meQuery());
  const nothingToRelease = useQuery(agentsQuery({})).data?.agents.length === 0;
  const go = (next: DraftStep) => setParams({ step: next }, { history: "push" });
  const Body = stepBodies[step];
  return (
    <FormProvider {...form}>
      <PageHeader
        trail={[{ href: "/releases", label: tNav("releases") }]}
        trailLabel={tNav("trail")}
        title={t("title")}
      />
      {me && !me.mayWrite ? <Alert tone="warn">{t("mayNotWrite")}</Alert> : null}
      <Stepper step={step} furthest={furthest} onStep={go} />
      <Card className="p-4 sm:p-6">
        <StepHeading key={step}>{t(`step.${step}.heading`)}</StepHeading>
        <Body />
        {step === "check" || nothingToRelease ? null : (
          <StepFooter step={step} draft={draft} onStep={go} />
        )}
      </Card>
    </FormProvider>
  );
}

/** Takes the focus when the step changes, so that nobody is left in the middle of the page. */
function StepHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (new URLSearchParams(window.location.search).has("step")) {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
  }, []);
  return (
    <h2
      ref={heading}
      tabIndex={-1}
      className="mb-4 font-semibold text-base tracking-tight outline-none"
    >
      {children}
    </h2>
  );
}

/** With one cluster, or one chosen in the bar above, there is nothing to choose. */
function useOnlyCluster(
  form: ReturnType<typeof useForm<ReleaseDraft>>,
  chosen: string | null,
): void {
  const { data } = useQuery(clustersQuery());
  const only = chosen ?? (data?.clusters.length === 1 ? data.clusters[0]!.id : null);
  useEffect(() => {
    if (only && form.getValues("clusterIds").length === 0) form.setValue("clusterIds", [only]);
  }, [form, only]);
}
