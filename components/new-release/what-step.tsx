"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useFormContext } from "react-hook-form";
import type { PackageView } from "@/lib/contract/console-views.ts";
import { agentQuery, agentsQuery } from "@/lib/packages/queries.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Field } from "../ui/field.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { RadioCards } from "../ui/radio-cards.tsx";
import { Select } from "../ui/select.tsx";
import { Time } from "../ui/time.tsx";
import type { ReleaseDraft } from "./release-draft.ts";

/** Which agent, and to which version, or away with it. */
export function WhatStep() {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const agentName = form.watch("agentName");
  const query = useQuery(agentsQuery({}));
  return (
    <QueryView query={query}>
      {({ agents }) =>
        agents.length === 0 ? (
          <EmptyState
            title={t("noAgents")}
            actions={
              <ButtonLink tone="primary" href="/agents?upload=true">
                {t("upload")}
              </ButtonLink>
            }
          >
            {t("noAgentsHint")}
          </EmptyState>
        ) : (
          <div className="flex max-w-2xl flex-col gap-5">
            <Field label={t("agent")}>
              {({ id }) => (
                <Select
                  id={id}
                  label={t("agent")}
                  value={agentName}
                  options={[
                    ...(agentName ? [] : [{ value: "", label: t("chooseAgent") }]),
                    ...agents.map(({ name, description }) => ({
                      value: name,
                      label: name,
                      hint: description,
                    })),
                  ]}
                  onChange={(name) => {
                    form.setValue("agentName", name);
                    form.setValue("version", "");
                  }}
                />
              )}
            </Field>
            {agentName ? <VersionChoice agentName={agentName} /> : null}
          </div>
        )
      }
    </QueryView>
  );
}

function VersionChoice({ agentName }: { agentName: string }) {
  const t = useTranslations("newRelease");
  const form = useFormContext<ReleaseDraft>();
  const removes = form.watch("removes");
  const version = form.watch("version");
  const query = useQuery(agentQuery(agentName));
  return (
    <>
      <RadioCards
        label={t("action")}
        className="sm:grid-cols-2"
        value={removes ? "remove" : "deploy"}
        onChange={(value) => form.setValue("removes", value === "remove")}
        options={[
          { value: "deploy", title: t("deploy"), hint: t("deployHint") },
          { value: "remove", title: t("remove"), hint: t("removeHint") },
        ]}
      />
      {removes ? null : (
        <QueryView query={query}>
          {({ packages }) => (
            <VersionList
              packages={packages}
              version={version}
              onChange={(value) => form.setValue("version", value)}
            />
          )}
        </QueryView>
      )}
    </>
  );
}

const versionsShown = 6;

function VersionList(props: {
  packages: readonly PackageView[];
  version: string;
  onChange: (version: string) => void;
}) {
  const t = useTranslations("newRelease");
  const [all, setAll] = useState(false);
  const versions = versionsOf(props.packages);
  const shown = versions.filter(
    ({ version }, index) => all || index < versionsShown || version === props.version,
  );
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium text-[0.8125rem]">{t("version")}</legend>
      <RadioCards
        label={t("version")}
        value={props.version || null}
        onChange={props.onChange}
        options={shown.map((each) => ({
          value: each.version,
          title: <span className="font-mono text-[0.8125rem]">{each.version}</span>,
          hint: (
            <>
              {each.platforms.join(", ")} · <Time ms={each.uploadedAtMs} />
            </>
          ),
        }))}
      />
      {versions.length > shown.length ? (
        <Button size="sm" className="self-start" onClick={() => setAll(true)}>
          {t("allVersions", { count: versions.length })}
        </Button>
      ) : null}
    </fieldset>
  );
}

/** Newest upload first. */
function versionsOf(packages: readonly PackageView[]) {
  const versions = new Map<
    string,
    { version: string; platforms: string[]; uploadedAtMs: number }
  >();
  for (const { version, platform, uploadedAtMs } of packages) {
    const known = versions.get(version) ?? { version, platforms: [], uploadedAtMs };
    known.platforms.push(platform);
    known.platforms.sort();
    known.uploadedAtMs = Math.max(known.uploadedAtMs, uploadedAtMs);
    versions.set(version, known);
  }
  return [...versions.values()].sort((a, b) => b.uploadedAtMs - a.uploadedAtMs);
}
