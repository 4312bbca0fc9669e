"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type UseFormReturn, useForm } from "react-hook-form";
import { z } from "zod";
import { clustersQuery, createEnrollmentToken } from "@/lib/clusters/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Sheet } from "../ui/dialog.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { EnrolCommand } from "./enrol-command.tsx";

const lifetimes = { hour: 3600, day: 86_400, week: 7 * 86_400 } as const;
type Lifetime = keyof typeof lifetimes;

const Enrolment = z.object({
  clusterId: z.string().min(1),
  label: z.string().trim().min(1).max(120),
  uses: z.number().int().min(1).max(1_000_000),
  lifetime: z.enum(["hour", "day", "week"]),
});
type Enrolment = z.infer<typeof Enrolment>;

export function EnrolSheet(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  clusterId: string | null;
}) {
  const t = useTranslations("enrol");
  return (
    <Sheet
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={t("title")}
      description={t("description")}
    >
      {props.open ? <EnrolSteps clusterId={props.clusterId} /> : null}
    </Sheet>
  );
}

function EnrolSteps({ clusterId }: { clusterId: string | null }) {
  const t = useTranslations("enrol");
  const { data } = useQuery(clustersQuery());
  const create = useMutation({
    mutationFn: ({ clusterId, label, uses, lifetime }: Enrolment) =>
      createEnrollmentToken(clusterId, { label, uses, ttlSeconds: lifetimes[lifetime] }),
  });
  if (create.data) {
    return (
      <EnrolCommand
        created={create.data}
        clusterId={create.variables.clusterId}
        onAgain={create.reset}
      />
    );
  }
  if (!data) return null;
  if (data.clusters.length === 0) return <EmptyState title={t("noCluster")} />;
  return (
    <EnrolForm
      clusters={data.clusters}
      initialClusterId={clusterId ?? data.clusters[0]!.id}
      onSubmit={(enrolment) => create.mutateAsync(enrolment).catch(() => {})}
      error={create.error}
    />
  );
}

function EnrolForm(props: {
  clusters: { id: string; name: string }[];
  initialClusterId: string;
  onSubmit: (enrolment: Enrolment) => Promise<unknown>;
  error: Error | null;
}) {
  const t = useTranslations("enrol");
  const form = useForm<Enrolment>({
    resolver: zodResolver(Enrolment),
    defaultValues: {
      clusterId: props.initialClusterId,
      label: t("defaultLabel"),
      uses: 1,
      lifetime: "day",
    },
  });
  const { errors, isSubmitting } = form.formState;
  return (
    <form noValidate onSubmit={form.handleSubmit(props.onSubmit)} className="flex flex-col gap-4">
      {props.error ? (
        <Alert tone="bad" title={t("failed")} live>
          <ErrorText error={props.error} />
        </Alert>
      ) : null}
      <Field label={t("cluster")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("cluster")}
            value={form.watch("clusterId")}
            options={props.clusters.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(value) => form.setValue("clusterId", value)}
          />
        )}
      </Field>
      <Field label={t("label")} hint={t("labelHint")} error={errors.label && t("labelMissing")}>
        {(control) => <Input {...control} {...form.register("label")} />}
      </Field>
      <Limits form={form} />
      <Button type="submit" tone="primary" disabled={isSubmitting} className="self-start">
        {isSubmitting ? t("creating") : t("create")}
      </Button>
    </form>
  );
}

/** How many machines, and how long. */
function Limits({ form }: { form: UseFormReturn<Enrolment> }) {
  const t = useTranslations("enrol");
  const { errors } = form.formState;
  return (
    <div className="grid grid-cols-2 gap-4">
      <Field label={t("uses")} error={errors.uses && t("usesWrong")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("uses", { valueAsNumber: true })}
            type="number"
            min={1}
            inputMode="numeric"
          />
        )}
      </Field>
      <Field label={t("lifetime")}>
        {({ id }) => (
          <Select<Lifetime>
            id={id}
            label={t("lifetime")}
            value={form.watch("lifetime")}
            options={(["hour", "day", "week"] as const).map((value) => ({
              value,
              label: t(`lifetimes.${value}`),
            }))}
            onChange={(value) => form.setValue("lifetime", value)}
          />
        )}
      </Field>
    </div>
  );
}
