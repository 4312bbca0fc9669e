"use client";

import { ArrowRight } from "lucide-react";
import { useTranslations } from "next-intl";
import type { AgentPhase } from "@/lib/contract/agent-state.ts";
import type { MachineSummary } from "@/lib/contract/console-views.ts";
import { cn } from "../ui/cn.ts";

const shownMost = 3;
const worstFirst = ["failed", "backoff"];

const dot: Record<AgentPhase, string> = {
  pending: "bg-(--phase-pending)",
  downloading: "bg-(--phase-downloading)",
  verifying: "bg-(--phase-downloading)",
  switching: "bg-(--phase-switching)",
  watching: "bg-(--phase-watching)",
  running: "bg-ok-fill",
  backoff: "bg-warn-fill",
  failed: "pattern-failed",
  notEligible: "pattern-none",
  removing: "bg-(--phase-switching)",
};

/** The agents of a machine in a line: name, version, where it stands. */
export function AgentChips({ agents }: { agents: MachineSummary["agents"] }) {
  const t = useTranslations("phase");
  const tMachines = useTranslations("machines");
  const shown = agents.toSorted((a, b) => rank(a) - rank(b)).slice(0, shownMost);
  if (agents.length === 0) return <span className="text-subtle">{tMachines("noAgents")}</span>;
  return (
    <ul className="flex flex-wrap gap-1">
      {shown.map((agent) => (
        <li
          key={agent.name}
          title={t(agent.phase)}
          className="inline-flex items-center gap-1 rounded-md border bg-canvas px-1.5 py-0.5 text-xs"
        >
          <span aria-hidden className={cn("size-2 rounded-full", dot[agent.phase])} />
          {agent.name}
          <span className="font-mono text-muted">{agent.version ?? "–"}</span>
          {agent.targetVersion && agent.targetVersion !== agent.version ? (
            <>
              <ArrowRight aria-hidden className="size-3 text-subtle" />
              <span className="font-mono">{agent.targetVersion}</span>
            </>
          ) : null}
          {agent.phase === "running" ? (
            <span className="sr-only">{t(agent.phase)}</span>
          ) : (
            <span className={agent.phase === "failed" ? "text-bad" : "text-muted"}>
              {t(agent.phase)}
            </span>
          )}
        </li>
      ))}
      {agents.length > shownMost ? (
        <li className="px-1 py-0.5 text-subtle text-xs">+{agents.length - shownMost}</li>
      ) : null}
    </ul>
  );
}

/** What is wrong first, then what is moving. */
function rank({ phase }: { phase: AgentPhase }): number {
  if (worstFirst.includes(phase)) return 0;
  return phase === "running" ? 2 : 1;
}
