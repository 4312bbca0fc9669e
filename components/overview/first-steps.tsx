"use client";

import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Overview } from "@/lib/contract/console-views.ts";
import { ButtonLink } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";

/** The way to a first release, as long as it has not been walked. */
export function FirstSteps({ overview }: { overview: Overview }) {
  const t = useTranslations("firstSteps");
  const steps = [
    { id: "enrol", href: "/machines?enrol=true", done: overview.machines.total > 0 },
    {
      id: "upload",
      href: "/agents?upload=true",
      done: overview.agents.some(({ versions }) => versions > 0),
    },
    {
      id: "release",
      href: "/releases/new",
      done:
        overview.runningReleases.length > 0 ||
        overview.recentAudit.some(({ subjectKind }) => subjectKind === "release"),
    },
  ] as const;
  const next = steps.find(({ done }) => !done);
  return (
    <section className="rounded-lg border border-line-strong/60 border-dashed bg-surface p-5">
      <h2 className="font-semibold text-[0.9375rem] tracking-tight">{t("title")}</h2>
      <ol className="mt-4 grid gap-4 md:grid-cols-3">
        {steps.map((step, index) => (
          <li key={step.id} className="flex gap-3">
            <span
              className={cn(
                "tabular grid size-7 shrink-0 place-items-center rounded-full font-semibold text-[0.8125rem]",
                step.done ? "bg-ok-soft text-ok" : "bg-sunken text-ink",
              )}
            >
              {step.done ? <Check aria-label={t("done")} className="size-4" /> : index + 1}
            </span>
            <div className="min-w-0">
              <p className={cn("font-medium", step.done && "text-muted")}>
                {t(`${step.id}.title`)}
              </p>
              <p className="mt-0.5 text-[0.8125rem] text-muted">{t(`${step.id}.text`)}</p>
              {step.done ? null : (
                <ButtonLink
                  href={step.href}
                  size="sm"
                  tone={step === next ? "primary" : "secondary"}
                  className="mt-3"
                >
                  {t(`${step.id}.action`)}
                </ButtonLink>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
