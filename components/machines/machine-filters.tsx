"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { type MachineType, machineTypes } from "@/lib/contract/machine-type.ts";
import { type MachinePhase, machinePhases } from "@/lib/machines/queries.ts";
import { agentsQuery } from "@/lib/packages/queries.ts";
import { Button } from "../ui/button.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { Select } from "../ui/select.tsx";

type Filter = {
  q: string;
  type: MachineType | null;
  agent: string | null;
  version: string | null;
  phase: MachinePhase | null;
  connectivity: "online" | "offline" | "pending" | null;
};

const any = "*";
const orNull = <T extends string>(value: T | typeof any): T | null =>
  value === any ? null : (value as T);

export function MachineFilters(props: {
  filter: Filter;
  filtered: boolean;
  onChange: (change: Partial<Filter>) => void;
}) {
  const t = useTranslations("machines.filter");
  const tType = useTranslations("machineType");
  const tConnectivity = useTranslations("connectivity");
  const { filter, onChange } = props;
  const search = useCallback((q: string) => onChange({ q }), [onChange]);
  return (
    <search className="flex flex-col gap-2.5">
      <SearchInput
        slash
        label={t("search")}
        placeholder={t("searchPlaceholder")}
        value={filter.q}
        onChange={search}
        className="max-w-2xl"
      />
      <div className="flex flex-wrap gap-2">
        <Select
          label={t("connectivity")}
          showLabel
          value={filter.connectivity ?? any}
          options={[
            { value: any, label: t("any") },
            ...(["online", "offline", "pending"] as const).map((value) => ({
              value,
              label: tConnectivity(value),
            })),
          ]}
          onChange={(value) => onChange({ connectivity: orNull(value) })}
        />
        <Select
          label={t("type")}
          showLabel
          value={filter.type ?? any}
          options={[
            { value: any, label: t("any") },
            ...machineTypes.map((value) => ({ value, label: tType(value) })),
          ]}
          onChange={(value) => onChange({ type: orNull(value) })}
        />
        <AgentFilters filter={filter} onChange={onChange} />
        {props.filtered ? (
          <Button
            tone="ghost"
            onClick={() =>
              onChange({
                q: "",
                type: null,
                agent: null,
                version: null,
                phase: null,
                connectivity: null,
              })
            }
          >
            <X aria-hidden />
            {t("clear")}
          </Button>
        ) : null}
      </div>
    </search>
  );
}

function AgentFilters(props: { filter: Filter; onChange: (change: Partial<Filter>) => void }) {
  const t = useTranslations("machines.filter");
  const tPhase = useTranslations("phase");
  const tVersions = useTranslations("versions");
  const { filter, onChange } = props;
  const { data } = useQuery(agentsQuery({}));
  const names = withCurrent(data?.agents.map(({ name }) => name) ?? [], filter.agent);
  const versions = withCurrent(
    data?.agents
      .find(({ name }) => name === filter.agent)
      ?.distribution.map(({ version }) => version ?? "none") ?? [],
    filter.version,
  );
  const options = (values: readonly string[]) => [
    { value: any, label: t("any") },
    ...values.map((value) => ({ value, label: value === "none" ? tVersions("none") : value })),
  ];
  return (
    <>
      <Select
        label={t("agent")}
        showLabel
        value={filter.agent ?? any}
        options={options(names)}
        onChange={(value) => onChange({ agent: orNull(value), version: null, phase: null })}
      />
      {filter.agent ? (
        <Select
          label={t("version")}
          showLabel
          value={filter.version ?? any}
          options={options(versions)}
          onChange={(value) => onChange({ version: orNull(value) })}
        />
      ) : null}
      {filter.agent ? (
        <Select
          label={t("phase")}
          showLabel
          value={filter.phase ?? any}
          options={[
            { value: any, label: t("any") },
            ...machinePhases.map((value) => ({ value, label: tPhase(value) })),
          ]}
          onChange={(value) => onChange({ phase: orNull(value) })}
        />
      ) : null}
    </>
  );
}

// A value from a shared link stays choosable before (or without) the list that it comes from.
function withCurrent(values: string[], current: string | null): string[] {
  return current && !values.includes(current) ? [...values, current] : values;
}
