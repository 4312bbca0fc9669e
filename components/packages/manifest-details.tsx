"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { PackageView } from "@/lib/contract/console-views.ts";
import type { LivenessSpec } from "@/lib/contract/package-manifest.ts";
import { useBytes } from "../ui/bytes.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { useDuration } from "../ui/duration.tsx";
import { Facts } from "../ui/facts.tsx";

const filesShown = 12;

/** What a package promises and holds. */
export function ManifestDetails({ each }: { each: PackageView }) {
  const t = useTranslations("packages");
  const duration = useDuration();
  const { manifest } = each;
  const env = Object.entries(manifest.start.env);
  return (
    <div className="grid gap-6 border-t bg-canvas/60 px-5 py-4 lg:grid-cols-2">
      <Facts
        facts={[
          [
            t("digest"),
            <span key="digest" className="flex items-center gap-2">
              <Code>{each.sha256}</Code>
              <CopyButton text={each.sha256} />
            </span>,
          ],
          [t("start"), <Code key="start">{manifest.start.command.join(" ")}</Code>],
          ...(env.length > 0
            ? [
                [
                  t("env"),
                  <Code key="env">{env.map(([key, value]) => `${key}=${value}`).join(" ")}</Code>,
                ] as const,
              ]
            : []),
          [
            t("stop"),
            t("stopValue", {
              signal: manifest.stop.signal,
              timeout: duration(manifest.stop.timeoutSeconds),
            }),
          ],
          [t("liveness"), <Liveness key="liveness" liveness={manifest.liveness} />],
          [t("settle"), duration(manifest.settleSeconds)],
          [t("budget"), <Budget key="budget" each={each} />],
        ]}
      />
      <Files each={each} />
    </div>
  );
}

function Liveness({ liveness }: { liveness: LivenessSpec }) {
  const t = useTranslations("packages");
  const duration = useDuration();
  const what = {
    process: () => t("livenessProcess"),
    tcp: () => (liveness.kind === "tcp" ? `TCP ${liveness.host}:${liveness.port}` : ""),
    http: () => (liveness.kind === "http" ? `GET ${liveness.url}` : ""),
    command: () => (liveness.kind === "command" ? liveness.command.join(" ") : ""),
  }[liveness.kind]();
  return (
    <>
      <Code>{what}</Code>
      <span className="block text-[0.8125rem] text-subtle">
        {t("livenessTiming", {
          interval: duration(liveness.intervalSeconds),
          failures: liveness.failureThreshold,
        })}
      </span>
    </>
  );
}

function Budget({ each }: { each: PackageView }) {
  const t = useTranslations("packages");
  const bytes = useBytes();
  const { budget } = each.manifest;
  const parts = [
    budget?.cpuPercent === undefined ? null : t("budgetCpu", { percent: budget.cpuPercent }),
    budget?.rssMiB === undefined
      ? null
      : t("budgetRss", { size: bytes(budget.rssMiB * 1_048_576) }),
  ].filter((part) => part !== null);
  return parts.length === 0 ? t("noBudget") : parts.join(" · ");
}

function Files({ each }: { each: PackageView }) {
  const t = useTranslations("packages");
  const bytes = useBytes();
  const { files } = each.manifest;
  return (
    <div className="min-w-0">
      <h4 className="mb-1.5 text-subtle">{t("filesTitle")}</h4>
      <ul className="flex flex-col gap-0.5 font-mono text-xs">
        {files.slice(0, filesShown).map((file) => (
          <li key={file.path} className="flex justify-between gap-4">
            <span className="min-w-0 truncate" title={file.sha256}>
              {file.path}
              {file.executable ? "*" : ""}
            </span>
            <span className="tabular shrink-0 text-subtle">{bytes(file.size)}</span>
          </li>
        ))}
      </ul>
      {files.length > filesShown ? (
        <p className="mt-1 text-[0.8125rem] text-subtle">
          {t("moreFiles", { count: files.length - filesShown })}
        </p>
      ) : null}
    </div>
  );
}

function Code({ children }: { children: ReactNode }) {
  return <code className="min-w-0 break-all font-mono text-xs">{children}</code>;
}
