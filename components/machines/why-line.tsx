"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { MachineAgentView, WaitingFor } from "@/lib/contract/console-views.ts";
import { useStageName } from "../releases/stage-name.ts";
import { Time } from "../ui/time.tsx";

const states = [
  ...(["runsAsOrdered", "absentAsOrdered", "willChange", "changing", "failed", "putBack"] as const),
  ...(["notEligible", "offline", "blocked"] as const),
] as const;
const nexts = ["stageWaits", "clusterWaits", "waitsForApproval"] as const;

/** Whether what is known of an agent on a machine says which stage brought it there. */
export function hasWhy({ why }: Pick<MachineAgentView, "why">): boolean {
  return states.some((state) => state === why?.code) && why?.values.stage !== undefined;
}

/** "As ordered: “Up to 10 %” of release #12 opened an hour ago.", or why it is not there yet. */
export function WhyLine({ agent }: { agent: Pick<MachineAgentView, "why"> }) {
  const t = useTranslations("why");
  const stageName = useStageName();
  const { why } = agent;
  const state = states.find((one) => one === why?.code);
  if (!why || !state) return null;
  return (
    <p className="text-[0.8125rem] text-muted">
      {t(`state.${state}`)}{" "}
      {t.rich("because", {
        stage: stageName(stageOf(why)),
        release: () => <ReleaseLink id={Number(why.values.releaseId)} />,
        time: () => <Time ms={Number(why.values.openedAtMs)} className="text-subtle" />,
      })}
    </p>
  );
}

/** What an unfinished release is going to bring. */
export function NextLine({ agent }: { agent: Pick<MachineAgentView, "next"> }) {
  const t = useTranslations("why");
  const stageName = useStageName();
  const { next } = agent;
  const code = nexts.find((one) => one === next?.code);
  if (!next || !code) return null;
  const version = String(next.values.version ?? "");
  return (
    <p className="text-[0.8125rem] text-muted">
      {t.rich(`next.${code}`, {
        what: version === "" ? t("removal") : version,
        stage: stageName(stageOf(next)),
        release: () => <ReleaseLink id={Number(next.values.releaseId)} />,
      })}
      {next.values.state === "paused" ? ` ${t("paused")}` : null}
    </p>
  );
}

function ReleaseLink({ id }: { id: number }) {
  const t = useTranslations("machine");
  return (
    <Link href={`/releases/${id}`} className="font-medium text-link hover:underline">
      {t("releaseNumber", { id })}
    </Link>
  );
}

/** A machine's own reason tells how it was reached (scope), what comes next tells the stage's kind. */
function stageOf({ values }: WaitingFor): {
  kind: "gray" | "batch" | "full";
  upToPercent: number | null;
} {
  const said = values.kind ?? values.scope;
  const kind = said === "gray" || said === "batch" ? said : "full";
  return {
    kind,
    upToPercent: values.upToPercent === undefined ? null : Number(values.upToPercent),
  };
}
