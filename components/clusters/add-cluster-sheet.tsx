"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { checkMaster, createCluster } from "@/lib/clusters/queries.ts";
import type { CheckMasterAnswer } from "@/lib/contract/cluster-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { Sheet } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { RadioCards } from "../ui/radio-cards.tsx";
import { useMayNot } from "./use-may.ts";

type Where = "local" | "remote";
type Draft = { id: string; name: string; masterUrl: string; credential: string };

const idPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const urlPattern = /^https?:\/\/[^\s/?#@]+\/?$/;

export function AddClusterSheet(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("addCluster");
  return (
    <Sheet {...props} title={t("title")} description={t("description")}>
      {props.open ? <AddCluster onDone={() => props.onOpenChange(false)} /> : null}
    </Sheet>
  );
}

function AddCluster({ onDone }: { onDone: () => void }) {
  const t = useTranslations("addCluster");
  const tCluster = useTranslations("cluster");
  const mayNotRemote = useMayNot("administrator");
  const client = useQueryClient();
  const [where, setWhere] = useState<Where>("local");
  const [draft, setDraft] = useState<Draft>({ id: "", name: "", masterUrl: "", credential: "" });
  const [touched, setTouched] = useState(false);
  const wrong = mistakes(draft, where);
  const isRight = Object.values(wrong).every((one) => !one);
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    check.reset();
  };
  const check = useMutation({ mutationFn: () => checkMaster(draft) });
  const add = useMutation({
    mutationFn: () =>
      createCluster(
        where === "local"
          ? { id: draft.id, name: draft.name }
          : { ...draft, masterUrl: draft.masterUrl },
      ),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ["clusters"] });
      onDone();
    },
  });
  const submit = (work: () => void) => {
    setTouched(true);
    if (isRight) work();
  };
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit(() => add.mutate());
      }}
    >
      {add.error ? (
        <Alert tone="bad" title={tCluster("failed")} live>
          <ErrorText error={add.error} />
        </Alert>
      ) : null}
      <RadioCards<Where>
        label={t("where")}
        value={where}
        onChange={setWhere}
        options={[
          { value: "local", title: t("local"), hint: t("localHint") },
          {
            ...{ value: "remote", title: t("remote"), disabled: mayNotRemote !== null },
            hint: mayNotRemote ?? t("remoteHint"),
          },
        ]}
      />
      <Field label={t("id")} hint={t("idHint")} error={touched && wrong.id && t("idWrong")}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            value={draft.id}
            onChange={(event) => set({ id: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("name")} error={touched && wrong.name && t("nameMissing")}>
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        )}
      </Field>
      {where === "remote" ? (
        <RemoteFields draft={draft} set={set} wrong={touched ? wrong : {}} />
      ) : null}
      {check.error ? (
        <Alert tone="bad" title={tCluster("failed")} live>
          <ErrorText error={check.error} />
        </Alert>
      ) : null}
      {check.data ? <CheckResult result={check.data} /> : null}
      <div className="flex gap-2">
        {where === "remote" ? (
          <Button disabled={check.isPending} onClick={() => submit(() => check.mutate())}>
            {check.isPending ? t("checking") : t("check")}
          </Button>
        ) : null}
        <Button type="submit" tone="primary" disabled={add.isPending}>
          {t("add")}
        </Button>
      </div>
    </form>
  );
}

type Mistakes = Partial<Record<keyof Draft, boolean>>;

function mistakes({ id, name, masterUrl, credential }: Draft, where: Where): Mistakes {
  return {
    id: !idPattern.test(id),
    name: name.trim() === "",
    masterUrl: where === "remote" && !urlPattern.test(masterUrl),
    credential: where === "remote" && !/^ifm1_\S{20,}$/.test(credential),
  };
}

function RemoteFields(props: {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  wrong: Mistakes;
}) {
  const t = useTranslations("addCluster");
  const { draft, set, wrong } = props;
  const name = draft.name.replaceAll("'", "");
  const command = `npm run master -- credential create --cluster ${draft.id || "<id>"}${
    name ? ` --name '${name}'` : ""
  }`;
  return (
    <>
      <div className="flex flex-col gap-1.5">
        <p className="font-medium text-[0.8125rem]">{t("run")}</p>
        <CodeBlock wrap code={command} label={t("run")} />
      </div>
      <Field label={t("url")} error={wrong.masterUrl && t("urlWrong")}>
        {(control) => (
          <Input
            {...control}
            inputMode="url"
            placeholder="https://"
            value={draft.masterUrl}
            onChange={(event) => set({ masterUrl: event.target.value.trim() })}
          />
        )}
      </Field>
      <Field label={t("credential")} error={wrong.credential && t("credentialWrong")}>
        {(control) => (
          <Input
            {...control}
            type="password"
            autoComplete="off"
            value={draft.credential}
            onChange={(event) => set({ credential: event.target.value.trim() })}
          />
        )}
      </Field>
    </>
  );
}

/** What the master said, or what is wrong with it and how the system calls that. */
function CheckResult({ result }: { result: CheckMasterAnswer }) {
  const t = useTranslations("addCluster");
  const { problem, found, warnings } = result;
  return (
    <div role="status" className="flex flex-col gap-2">
      {problem ? (
        <Alert tone="bad" title={t(`problem.${problem.code}`)}>
          <p className="break-words text-[0.8125rem]">{problem.detail}</p>
        </Alert>
      ) : (
        <Alert tone="ok" title={t("good")}>
          {found
            ? t("found", {
                ...{ version: found.version, machines: found.machines },
                ms: found.answeredInMs,
              })
            : null}
        </Alert>
      )}
      {warnings.map((warning) => (
        <Alert key={warning} tone="warn">
          {t(`warning.${warning}`)}
        </Alert>
      ))}
    </div>
  );
}
