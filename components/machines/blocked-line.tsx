"use client";

import { ShieldAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { ChangeBlockedCode } from "@/lib/contract/change-rules.ts";
import type { MachineAgentView } from "@/lib/contract/console-views.ts";
import { useReasonText } from "../releases/reason-text.ts";
import { Time } from "../ui/time.tsx";
import { blockedKey } from "./blocked-key.ts";

/** Why the machine does not take on now what it should run; nothing when it may. */
export function BlockedLine({ agent }: { agent: Pick<MachineAgentView, "why"> }) {
  const t = useTranslations("blocked");
  const reasonText = useReasonText();
  const { why } = agent;
  if (why?.code !== "blocked") return null;
  const { values } = why;
  const isByGate = values.gateReleaseId !== undefined;
  const reason = String(values.reason ?? "");
  const code = ChangeBlockedCode.safeParse(values.because);
  const untilMs = Number(values.untilMs ?? values.opensAtMs ?? 0);
  return (
    <p className="flex items-start gap-1.5 font-medium text-[0.8125rem] text-warn">
      <ShieldAlert aria-hidden className="mt-[3px] size-3.5 shrink-0" />
      <span>
        {code.success
          ? t.rich(blockedKey(code.data, untilMs > 0, isByGate), {
              owner: String(values.owner ?? values.by ?? ""),
              version: String(values.badVersion ?? ""),
              reason: isByGate ? reasonText("gateFailed", reason) : reason,
              hold: String(values.holdId ?? ""),
              release: String(values.gateReleaseId ?? values.releaseId ?? ""),
              changing: Number(values.changing ?? 0),
              max: Number(values.changingMax ?? 0),
              until: () => <Time ms={untilMs} look="exact" />,
            })
          : t("unknown", { code: String(values.because ?? "") })}
      </span>
    </p>
  );
}
