"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ClusterProgress } from "@/lib/contract/console-views.ts";
import type { Gate, ReleasePlan, Stage } from "@/lib/contract/release-plan.ts";
import { Section } from "../ui/card.tsx";
import { useDuration } from "../ui/duration.tsx";
import { Facts } from "../ui/facts.tsx";
import { useStageName } from "./stage-name.ts";

/** The order as it was given: machine types, clusters, stages, gates. */
export function PlanView(props: { plan: ReleasePlan; clusters: ClusterProgress[] }) {
  const t = useTranslations("plan");
  const tType = useTranslations("machineType");
  const format = useFormatter();
  const { plan } = props;
  const nameOf = (id: string) =>
    props.clusters.find(({ clusterId }) => clusterId === id)?.clusterName ?? id;
  return (
    <Section title={t("title")}>
      <div className="flex flex-col gap-5">
        <Facts
          facts={[
            [t("types"), format.list(plan.machineTypes.map((type) => tType(type)))],
            [t("onFailure"), t(`onFailures.${plan.onGateFailure}`)],
            [t("order"), t(`orders.${plan.order}`)],
            ...(plan.note ? [[t("note"), plan.note] as const] : []),
          ]}
        />
        {plan.clusters.map((cluster) => (
          <div key={cluster.clusterId} className="min-w-0">
            <h3 className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-4 font-medium">
              {nameOf(cluster.clusterId)}
              <span className="font-normal text-[0.8125rem] text-subtle">
                {t(`verifications.${cluster.verification}`)}
              </span>
            </h3>
            <ol className="divide-y rounded-md border">
              {cluster.stages.map((stage, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
                <li key={index} className="flex flex-wrap gap-x-4 gap-y-0.5 px-3 py-2">
                  <StageLabel stage={stage} number={index + 1} />
                  <GateSentence gate={stage.gate} />
                </li>
              ))}
            </ol>
          </div>
        ))}
      </div>
    </Section>
  );
}

function StageLabel({ stage, number }: { stage: Stage; number: number }) {
  const name = useStageName();
  const t = useTranslations("plan");
  const named = stage.kind === "batch" ? stage : { kind: stage.kind };
  return (
    <span className="w-full shrink-0 sm:w-48">
      <span className="tabular text-subtle">{number}.</span> {name(named)}
      {stage.kind === "gray" ? (
        <span className="text-subtle"> {t("grayCount", { count: stage.machineIds.length })}</span>
      ) : null}
    </span>
  );
}

/** A gate in words: what must hold before the next stage opens. */
export function GateSentence({ gate }: { gate: Gate }) {
  const t = useTranslations("gate");
  const format = useFormatter();
  const duration = useDuration();
  const percent = (share: number) =>
    format.number(share, { style: "percent", maximumFractionDigits: 1 });
  const words = [
    gate.convergedShareMin >= 1
      ? t("convergedAll")
      : t("converged", { share: percent(gate.convergedShareMin) }),
    failureWords(gate, t, format.number(gate.failuresMax), percent(gate.failureShareMax)),
    gate.soakSeconds > 0 ? t("soak", { duration: duration(gate.soakSeconds) }) : t("noSoak"),
    t("deadline", { duration: duration(gate.deadlineSeconds) }),
    ...(gate.manual ? [t("manual")] : []),
  ];
  return <span className="min-w-0 text-[0.8125rem] text-muted sm:flex-1">{words.join(" · ")}</span>;
}

/** A count that nobody can reach is no limit: then the share alone decides. */
const countIsNoLimit = 100_000;

function failureWords(
  gate: Gate,
  t: ReturnType<typeof useTranslations<"gate">>,
  count: string,
  share: string,
): string {
  if (gate.failuresMax === 0 || gate.failureShareMax === 0) return t("noFailures");
  return gate.failuresMax >= countIsNoLimit
    ? t("failures", { share })
    : t("failuresCount", { count, share });
}
