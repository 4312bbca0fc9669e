"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { createApiToken, meQuery } from "@/lib/access/queries.ts";
import type { CreateApiTokenRequest } from "@/lib/contract/access-views.ts";
import {
  type PermissionName,
  permissionNames,
  usePermissionName,
} from "../settings/permission-name.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { daysMost, emptyToken, type TokenDraft, tokenRequest } from "./token-draft.ts";

/** Asks what the token may, then shows it: once, since only its hash is kept. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("apiTokens");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const [draft, setDraft] = useState<TokenDraft>(emptyToken);
  const [touched, setTouched] = useState(false);
  const asked = tokenRequest(draft);
  const problems = touched && "problems" in asked ? asked.problems : [];
  const make = useMutation({
    mutationFn: (request: CreateApiTokenRequest) => createApiToken(request),
    onSuccess: () => client.invalidateQueries({ queryKey: ["api-tokens"] }),
  });
  const submit = () => {
    setTouched(true);
    if ("request" in asked) make.mutate(asked.request);
  };
  if (make.data)
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title={t("madeTitle", { label: draft.label.trim() })}
        footer={
          <Button tone="primary" onClick={onClose}>
            {t("kept")}
          </Button>
        }
      >
        <Alert tone="warn" live>
          {t("shownOnce")}
        </Alert>
        <CodeBlock wrap code={make.data.token} label={t("token")} className="mt-3" />
      </Dialog>
    );
  const text = (name: "label" | "clusters" | "agents", hint?: string) => (
    <Field
      label={t(name)}
      hint={hint}
      error={problems.includes(name) ? t(`problem.${name}`) : undefined}
    >
      {(control) => (
        <Input
          {...control}
          maxLength={500}
          autoComplete="off"
          value={draft[name]}
          onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("newTitle")}
      description={t("newHint")}
      footer={
        <>
          <Button onClick={onClose}>{tCommon("cancel")}</Button>
          <Button tone="primary" disabled={make.isPending} onClick={submit}>
            {t("make")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {make.error ? (
          <Alert tone="bad" live>
            <ErrorText error={make.error} />
          </Alert>
        ) : null}
        {text("label", t("labelHint"))}
        <PermissionBoxes
          chosen={draft.permissions}
          error={problems.includes("permissions") ? t("problem.permissions") : null}
          onChange={(permissions) => setDraft({ ...draft, permissions })}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          {text("clusters", t("patternHint"))}
          {text("agents", t("patternHint"))}
        </div>
        <Field
          label={t("days")}
          error={problems.includes("days") ? t("problem.days", { most: daysMost }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={daysMost}
              className="w-28"
              value={draft.days}
              onChange={(event) => setDraft({ ...draft, days: Number(event.target.value) })}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}

/** Only what one may oneself: a token is never more than its owner. */
function PermissionBoxes(props: {
  chosen: PermissionName[];
  error: string | null;
  onChange: (permissions: PermissionName[]) => void;
}) {
  const t = useTranslations("apiTokens");
  const name = usePermissionName();
  const { data: me } = useQuery(meQuery());
  const mine = permissionNames.filter((one) => one === "read" || me?.permissions.includes(one));
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-[0.8125rem]">{t("permissions")}</legend>
      <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-2">
        {mine.map((one) => (
          <Checkbox
            key={one}
            checked={props.chosen.includes(one)}
            onChange={(checked) =>
              props.onChange(
                checked ? [...props.chosen, one] : props.chosen.filter((each) => each !== one),
              )
            }
          >
            {name(one)}
          </Checkbox>
        ))}
      </div>
      {props.error ? (
        <p role="alert" className="mt-1.5 text-[0.8125rem] text-bad">
          {props.error}
        </p>
      ) : null}
    </fieldset>
  );
}
