"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { clustersQuery } from "@/lib/clusters/queries.ts";
import { Sha256 } from "@/lib/contract/names.ts";
import { markKnownBad } from "@/lib/known-bad/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";

const byDigest = "#";
const everywhere = "*";

/** Marks a version, or an archive by its digest, as bad: in a cluster or in all. */
export function MarkDialog(props: {
  agentName: string;
  versions: readonly string[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("knownBad");
  const tCommon = useTranslations("common");
  const client = useQueryClient();
  const { data } = useQuery(clustersQuery());
  const [form, setForm] = useState({ version: "", sha256: "", cluster: everywhere, reason: "" });
  const [touched, setTouched] = useState(false);
  const version = form.version || (props.versions[0] ?? byDigest);
  const isDigest = version === byDigest;
  const sha256 = form.sha256.trim().toLowerCase();
  const wrong = {
    sha256: isDigest && !Sha256.safeParse(sha256).success ? t("digestWrong") : null,
    reason: form.reason.trim() === "" ? t("reasonMissing") : null,
  };
  const mark = useMutation({
    mutationFn: () =>
      markKnownBad({
        agentName: props.agentName,
        version: isDigest ? null : version,
        sha256: isDigest ? sha256 : null,
        clusterId: form.cluster === everywhere ? null : form.cluster,
        reason: form.reason.trim(),
      }),
    async onSuccess() {
      setForm({ version: "", sha256: "", cluster: everywhere, reason: "" });
      setTouched(false);
      props.onOpenChange(false);
      await client.invalidateQueries();
    },
  });
  const submit = () => {
    setTouched(true);
    if (!wrong.sha256 && !wrong.reason) mark.mutate();
  };
  const input = (name: "sha256" | "reason", className?: string) => (
    <Field label={t(name)} error={touched && wrong[name]}>
      {(control) => (
        <Input
          {...control}
          maxLength={500}
          className={className}
          value={form[name]}
          onChange={(event) => setForm({ ...form, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={t("markTitle", { agent: props.agentName })}
      description={t("markHint")}
      footer={
        <>
          <Button onClick={() => props.onOpenChange(false)}>{tCommon("cancel")}</Button>
          <Button tone="danger" onClick={submit} disabled={mark.isPending}>
            {t("confirm")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {mark.error ? (
          <Alert tone="bad" title={t("failed")} live>
            <ErrorText error={mark.error} />
          </Alert>
        ) : null}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("version")}>
            {(control) => (
              <Select
                {...control}
                label={t("version")}
                value={version}
                options={[
                  ...props.versions.map((value) => ({ value, label: value })),
                  { value: byDigest, label: t("byDigest") },
                ]}
                onChange={(value) => setForm({ ...form, version: value })}
              />
            )}
          </Field>
          <Field label={t("cluster")}>
            {(control) => (
              <Select
                {...control}
                label={t("cluster")}
                value={form.cluster}
                options={[
                  { value: everywhere, label: t("allClusters") },
                  ...(data?.clusters ?? []).map(({ id, name }) => ({ value: id, label: name })),
                ]}
                onChange={(value) => setForm({ ...form, cluster: value })}
              />
            )}
          </Field>
        </div>
        {isDigest ? input("sha256", "font-mono") : null}
        {input("reason")}
      </div>
    </Dialog>
  );
}
