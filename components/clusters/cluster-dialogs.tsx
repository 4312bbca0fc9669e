"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { changeCluster, removeCluster } from "@/lib/clusters/queries.ts";
import type { ClusterDetail } from "@/lib/contract/console-views.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { useMayNot } from "./use-may.ts";

type Props = { cluster: ClusterDetail; open: boolean; onOpenChange: (open: boolean) => void };

export function EditClusterDialog({ cluster, open, onOpenChange }: Props) {
  const t = useTranslations("cluster");
  const tAdd = useTranslations("addCluster");
  const mayNotMove = useMayNot("administrator");
  const client = useQueryClient();
  const known = { name: cluster.name, masterUrl: cluster.masterUrl ?? "", credential: "" };
  const [draft, setDraft] = useState(known);
  const save = useMutation({
    mutationFn: () =>
      changeCluster(cluster.id, {
        name: draft.name,
        ...(draft.masterUrl !== known.masterUrl ? { masterUrl: draft.masterUrl } : {}),
        ...(draft.credential ? { credential: draft.credential } : {}),
      }),
    async onSuccess() {
      await client.invalidateQueries();
      toast.success(t("saved"));
      onOpenChange(false);
    },
  });
  const field = (key: keyof typeof draft) => ({
    value: draft[key],
    onChange: (event: { target: { value: string } }) =>
      setDraft({ ...draft, [key]: event.target.value }),
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("editTitle", { cluster: cluster.name })}
      footer={
        <Button
          tone="primary"
          disabled={save.isPending || draft.name.trim() === ""}
          onClick={() => save.mutate()}
        >
          {t("save")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Failure error={save.error} />
        <Field label={t("name")}>{(control) => <Input {...control} {...field("name")} />}</Field>
        {cluster.master && !mayNotMove ? (
          <>
            <Field label={tAdd("url")}>
              {(control) => <Input {...control} {...field("masterUrl")} />}
            </Field>
            <Field label={t("newCredential")} hint={t("newCredentialHint")}>
              {(control) => (
                <Input {...control} {...field("credential")} type="password" autoComplete="off" />
              )}
            </Field>
          </>
        ) : null}
      </div>
    </Dialog>
  );
}

export function RemoveClusterDialog({ cluster, open, onOpenChange }: Props) {
  const t = useTranslations("cluster");
  const router = useRouter();
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => removeCluster(cluster.id, typed),
    async onSuccess() {
      toast.success(t("removed", { cluster: cluster.name }));
      router.push("/clusters");
      await client.invalidateQueries({ queryKey: ["clusters"] });
    },
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("removeTitle", { cluster: cluster.name })}
      description={t("removeHint")}
      footer={
        <Button
          tone="danger"
          disabled={remove.isPending || typed !== cluster.name}
          onClick={() => remove.mutate()}
        >
          {t("remove")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Failure error={remove.error} />
        <Field label={t("typeName", { name: cluster.name })}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}

function Failure({ error }: { error: Error | null }) {
  const t = useTranslations("cluster");
  if (!error) return null;
  return (
    <Alert tone="bad" title={t("failed")} live>
      <ErrorText error={error} />
    </Alert>
  );
}
