"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type ReleaseState, releaseStates } from "@/lib/contract/release-state.ts";
import { agentsQuery } from "@/lib/packages/queries.ts";
import { Select } from "../ui/select.tsx";

type Filter = { agent: string | null; state: ReleaseState | null };
const any = "*";

export function ReleaseFilters(props: {
  filter: Filter;
  onChange: (change: Partial<Filter>) => void;
}) {
  const t = useTranslations("releases.filter");
  const tState = useTranslations("releaseState");
  const { data } = useQuery(agentsQuery({}));
  const names = data?.agents.map(({ name }) => name) ?? [];
  const { agent, state } = props.filter;
  if (agent && !names.includes(agent)) names.push(agent);
  return (
    <search className="flex flex-wrap gap-2">
      <Select
        label={t("state")}
        showLabel
        value={state ?? any}
        options={[
          { value: any, label: t("any") },
          ...releaseStates.map((value) => ({ value, label: tState(value) })),
        ]}
        onChange={(value) => props.onChange({ state: value === any ? null : value })}
      />
      <Select
        label={t("agent")}
        showLabel
        value={agent ?? any}
        options={[
          { value: any, label: t("any") },
          ...names.map((value) => ({ value, label: value })),
        ]}
        onChange={(value) => props.onChange({ agent: value === any ? null : value })}
      />
    </search>
  );
}
