"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import { useNow } from "../ui/use-now.ts";
import { machineCondition } from "./machine-condition.ts";

/** The machine's state in one sentence. */
export function MachineSentence({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machine.condition");
  const format = useFormatter();
  const now = useNow(5000);
  const condition = machineCondition(machine);
  return t(condition.kind, {
    agents: "agents" in condition ? format.list(condition.agents) : "",
    count: "agents" in condition ? condition.agents.length : machine.agents.length,
    since:
      now === null
        ? ""
        : format.relativeTime(machine.lastSeenAtMs, Math.max(now, machine.lastSeenAtMs)),
  });
}
