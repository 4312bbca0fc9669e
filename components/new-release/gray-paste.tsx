"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { machinesQuery } from "@/lib/machines/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { matchList, wordsOfList } from "./paste-list.ts";
import type { GrayMachine } from "./release-draft.ts";

/** The server looks for so many words at once, and gives so many machines. */
const wordsPerRequest = 80;
const wordsMost = 2000;

/** Ids, host names or addresses, pasted; what names no machine of these clusters is said. */
export function GrayPaste(props: {
  clusterIds: string[];
  onAdd: (machines: GrayMachine[]) => void;
}) {
  const t = useTranslations("newRelease");
  const client = useQueryClient();
  const [text, setText] = useState("");
  const words = wordsOfList(text).slice(0, wordsMost);
  const look = useMutation({
    mutationFn: async (wanted: string[]) => {
      const machines = [];
      for (let at = 0; at < wanted.length; at += wordsPerRequest) {
        const q = wanted.slice(at, at + wordsPerRequest).join(" ");
        machines.push(...(await client.fetchQuery(machinesQuery({ q, limit: 500 }))).machines);
      }
      return matchList(
        wanted,
        machines.filter(({ clusterId }) => props.clusterIds.includes(clusterId)),
      );
    },
    onSuccess: ({ found, unknown }) => {
      props.onAdd(found.map(({ id, hostname, clusterId }) => ({ id, hostname, clusterId })));
      setText(unknown.join("\n"));
    },
  });
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Field label={t("paste")}>
        {(control) => (
          <Textarea
            {...control}
            rows={6}
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={"10.12.0.17\nweb-bj-0042"}
            className="font-mono text-xs"
          />
        )}
      </Field>
      <Button
        className="self-start"
        disabled={words.length === 0 || look.isPending}
        onClick={() => look.mutate(words)}
      >
        {t("pasteAdd", { count: words.length })}
      </Button>
      {look.error ? (
        <Alert tone="bad" live>
          <ErrorText error={look.error} />
        </Alert>
      ) : null}
      {look.data && look.data.unknown.length > 0 ? (
        <Alert tone="warn" live>
          {t("pasteUnknown", { count: look.data.unknown.length })}
        </Alert>
      ) : null}
      {look.data && look.data.unknown.length === 0 ? (
        <p role="status" className="text-[0.8125rem] text-ok">
          {t("pasteFound", { count: look.data.found.length })}
        </p>
      ) : null}
    </div>
  );
}
