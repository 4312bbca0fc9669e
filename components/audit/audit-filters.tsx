"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { SearchInput } from "../ui/search-input.tsx";
import { Select } from "../ui/select.tsx";
import { auditSentenceKey, sentenceActions } from "./audit-sentence.ts";

type Filter = { actor: string; action: string | null; subject: string };
const any = "*";

export function AuditFilters(props: {
  filter: Filter;
  onChange: (change: Partial<Filter>) => void;
}) {
  const t = useTranslations("audit.filter");
  const tAction = useTranslations("audit.action");
  const { filter, onChange } = props;
  const setActor = useCallback((actor: string) => onChange({ actor }), [onChange]);
  const setSubject = useCallback((subject: string) => onChange({ subject }), [onChange]);
  return (
    <search className="flex flex-wrap gap-2">
      <SearchInput
        slash
        label={t("actor")}
        placeholder={t("actor")}
        value={filter.actor}
        onChange={setActor}
        className="w-full sm:w-56"
      />
      <Select
        label={t("action")}
        showLabel
        value={filter.action ?? any}
        options={[
          { value: any, label: t("any") },
          ...sentenceActions.map((value) => ({ value, label: tAction(auditSentenceKey(value)!) })),
        ]}
        onChange={(value) => onChange({ action: value === any ? null : value })}
      />
      <SearchInput
        label={t("subject")}
        placeholder={t("subjectPlaceholder")}
        value={filter.subject}
        onChange={setSubject}
        className="w-full sm:w-72"
      />
    </search>
  );
}
