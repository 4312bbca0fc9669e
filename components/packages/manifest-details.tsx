"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { PackageView } from "@/lib/contract/console-views.ts";
import { hookNames, type LivenessSpec } from "@/lib/contract/package-manifest.ts";
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
    <div className="grid items-start gap-6 border-t bg-canvas/60 px-5 py-4 lg:grid-cols-2">
      <Facts
        facts={[
          [
            t("digest"),
            <span key="digest" className="flex items-center gap-2">
              <Code>{each.sha256}</Code>
              <CopyButton text={each.sha256} />
            </span>,
          ],
          ...(manifest.run ? [[t("runAs"), <RunAs key="run" each={each} />] as const] : []),
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
      <div className="flex min-w-0 flex-col gap-6">
        <Hooks each={each} />
        <Files each={each} />
      </div>
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

function RunAs({ each }: { each: PackageView }) {
  const t = useTranslations("packages");
  const { run } = each.manifest;
  if (!run) return null;
  const { user, group, umask, openFilesMax } = run;
  const limits = [
    t("umask", { umask }),
    openFilesMax === undefined ? null : t("openFiles", { count: openFilesMax }),
  ].filter((part) => part !== null);
  return (
    <>
      <Code>{group ? `${user}:${group}` : user}</Code>
      <span className="block text-[0.8125rem] text-subtle">{limits.join(" · ")}</span>
    </>
  );
}

function Hooks({ each }: { each: PackageView }) {
  const t = useTranslations("packages");
  const duration = useDuration();
  const hooks = hookNames.flatMap((name) => {
    const hook = each.manifest.hooks?.[name];
    return hook ? [{ name, hook }] : [];
  });
  if (hooks.length === 0) return null;
  return (
    <div className="min-w-0">
      <h4 className="mb-1.5 text-subtle">{t("hooksTitle")}</h4>
      <ul className="flex flex-col gap-2">
        {hooks.map(({ name, hook }) => (
          <li key={name} className="min-w-0">
            <span className="block">{t(`hook.${name}`)}</span>
            <Code>{hook.command.join(" ")}</Code>
            <span className="block text-[0.8125rem] text-subtle">
              {[
                t("hookLimit", { timeout: duration(hook.timeoutSeconds) }),
                hook.runAs === "ifrit-agent" ? t("hookAsAgent") : null,
                "onFailure" in hook && hook.onFailure === "fail"
                  ? t(`hookDecides.${name as DecidingHookName}`)
                  : t("hookReports"),
              ]
                .filter((part) => part !== null)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

type DecidingHookName = "beforeInstall" | "afterInstall" | "beforeStart" | "afterStart";

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
