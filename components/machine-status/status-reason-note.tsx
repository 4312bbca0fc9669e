"use client";

import { useTranslations } from "next-intl";
import type { MachineDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Time } from "../ui/time.tsx";

/** Why a machine waits, is parked or revoked: by whom, when, and for a clone, which two machines. */
export function StatusReasonNote({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machineStatus");
  const { status, statusReason } = machine;
  if (status === "accepted" || !statusReason) return null;
  const { code, by, remark, atMs, sources = [] } = statusReason;
  return (
    <Alert tone={status === "revoked" ? "bad" : "warn"}>
      <p>
        {t.rich(`reason.${code}`, { by, time: () => <Time ms={atMs} /> })}
        {remark ? ` ${remark}` : null}
      </p>
      {sources.length > 0 ? (
        <ul className="mt-1 list-disc pl-5">
          {sources.map((source) => (
            <li key={source.instance || source.address}>
              {t("source", { hostname: source.hostname || "–", address: source.address || "–" })}
            </li>
          ))}
        </ul>
      ) : null}
    </Alert>
  );
}
