"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { ConfigView } from "@/lib/contract/access-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Section } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";

/** Which file rules, whether it is in force as it is now, and how to try a change of it. */
export function ConfigState({ config }: { config: ConfigView }) {
  const t = useTranslations("access");
  const { file, state, problem, changedAtMs, inForce } = config;
  return (
    <Section title={t("file")} hint={t("fileHint")} bodyClassName="flex flex-col gap-3">
      {problem ? (
        <Alert tone="bad" title={t(state === "none" ? "brokenNone" : "broken")}>
          <p className="whitespace-pre-wrap break-words font-mono text-xs">{problem}</p>
        </Alert>
      ) : state === "none" ? (
        <Alert tone="info">{t("none")}</Alert>
      ) : null}
      <Facts
        facts={[
          [t("path"), <Mono key="path">{file}</Mono>],
          ...(changedAtMs === null ? [] : [timeFact(t("changed"), changedAtMs)]),
          ...(inForce === null ? [] : [timeFact(t("since"), inForce.sinceMs)]),
          ...(inForce === null ? [] : [digestFact(t("digest"), inForce.sha256)]),
        ]}
      />
      <CodeBlock code={`npm run config -- check ${file}`} label={t("check")} wrap />
    </Section>
  );
}

type Fact = readonly [string, ReactNode];

function timeFact(name: string, ms: number): Fact {
  return [name, <Time key={name} ms={ms} />];
}

function digestFact(name: string, sha256: string): Fact {
  return [name, <Mono key={name}>{sha256.slice(0, 16)}</Mono>];
}

function Mono({ children }: { children: ReactNode }) {
  return <span className="break-all font-mono text-xs">{children}</span>;
}
