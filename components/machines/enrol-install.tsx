"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { installationQuery } from "@/lib/agent-downloads/queries.ts";
import type { AgentInstallation } from "@/lib/contract/agent-installation.ts";
import { Alert } from "../ui/alert.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { Tabs } from "../ui/tabs.tsx";
import {
  type InstallStep,
  type InstallTarget,
  installCommands,
  installTargets,
} from "./install-commands.ts";

/** How ifrit-agent gets onto a machine of each kind, from the cluster's own master. */
export function EnrolInstall(props: { clusterId: string; token: string; command: string }) {
  const query = useQuery(installationQuery(props.clusterId));
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-40" />}>
      {(installation) =>
        installation.missing ? (
          <NotBuilt missing={installation.missing} command={props.command} />
        ) : (
          <Targets installation={installation} token={props.token} command={props.command} />
        )
      }
    </QueryView>
  );
}

function Targets(props: { installation: AgentInstallation; token: string; command: string }) {
  const t = useTranslations("enrol");
  const tabs = installTargets.map((target) => ({
    value: target,
    label: t(`targets.${target}`),
    content: <Target key={target} target={target} {...props} />,
  }));
  return (
    <>
      {isLoopback(props.installation.masterUrl) ? <Alert tone="warn">{t("loopback")}</Alert> : null}
      <Tabs label={t("targetsLabel")} tabs={tabs} initial="linux" />
      <details>
        <summary className="cursor-pointer text-muted hover:text-ink">{t("hasAgent")}</summary>
        <CodeBlock wrap className="mt-2" code={props.command} label={t("hasAgent")} />
      </details>
    </>
  );
}

function isLoopback(url: string): boolean {
  return /^https?:\/\/(localhost|127\.|\[::1\])/.test(url);
}

function Target(props: { target: InstallTarget; installation: AgentInstallation; token: string }) {
  const { target, installation } = props;
  const t = useTranslations("enrol");
  const commands = installCommands(target, installation, props.token);
  if (!commands)
    return (
      <Alert tone="warn" title={t("targetMissing")}>
        <p>{t("buildHint")}</p>
        <BuildCommand />
      </Alert>
    );
  return (
    <>
      {target === "windows" || target === "macos" ? (
        <Alert tone="warn">{t(`limits.${target}`)}</Alert>
      ) : null}
      <Steps steps={commands.steps} />
      {target === "container" ? null : (
        <p className="text-[0.8125rem] text-subtle">{t(`does.${target}`)}</p>
      )}
      {commands.review.length > 0 ? (
        <details>
          <summary className="cursor-pointer text-muted hover:text-ink">{t("review")}</summary>
          <div className="mt-3 flex flex-col gap-4">
            <Steps steps={commands.review} />
          </div>
        </details>
      ) : null}
    </>
  );
}

function Steps({ steps }: { steps: readonly InstallStep[] }) {
  const t = useTranslations("enrol");
  return steps.map(({ key, code }) => (
    <div key={key} className="flex flex-col gap-2">
      <h3 className="font-medium">{t(`steps.${key}`)}</h3>
      <CodeBlock wrap code={code} label={t(`steps.${key}`)} />
    </div>
  ));
}

function NotBuilt({ missing, command }: { missing: "notBuilt" | "unreachable"; command: string }) {
  const t = useTranslations("enrol");
  return (
    <>
      <Alert tone="warn" title={t(`missing.${missing}`)}>
        <p>{t(missing === "notBuilt" ? "buildHint" : "unreachableHint")}</p>
        {missing === "notBuilt" ? <BuildCommand /> : null}
      </Alert>
      <div className="flex flex-col gap-2">
        <h3 className="font-medium">{t("hasAgent")}</h3>
        <CodeBlock wrap code={command} label={t("hasAgent")} />
      </div>
    </>
  );
}

function BuildCommand() {
  const t = useTranslations("enrol");
  return (
    <CodeBlock
      wrap
      className="mt-2"
      code="npm run agent:build -- --target all"
      label={t("buildHint")}
    />
  );
}
