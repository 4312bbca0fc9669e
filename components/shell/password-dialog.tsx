"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { changePassword } from "@/lib/access/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorText } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";

const Passwords = z
  .object({
    currentPassword: z.string().min(1, "missing"),
    newPassword: z.string().min(10, "short").max(200, "short"),
    again: z.string(),
  })
  .refine(({ newPassword, again }) => newPassword === again, {
    path: ["again"],
    message: "different",
  });
type Passwords = z.infer<typeof Passwords>;

export function PasswordDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("password");
  return (
    <Dialog {...props} title={t("title")} description={t("description")}>
      {props.open ? <PasswordForm /> : null}
    </Dialog>
  );
}

/** The present password and the new one, twice. */
export function PasswordForm() {
  const t = useTranslations("password");
  const form = useForm<Passwords>({
    resolver: zodResolver(Passwords),
    defaultValues: { currentPassword: "", newPassword: "", again: "" },
  });
  const change = useMutation({
    mutationFn: ({ currentPassword, newPassword }: Passwords) =>
      changePassword({ currentPassword, newPassword }),
    // All sessions have ended, this one too.
    onSuccess: () => window.location.assign("/sign-in"),
  });
  const { errors } = form.formState;
  return (
    <form
      noValidate
      onSubmit={form.handleSubmit((passwords) => change.mutate(passwords))}
      className="flex flex-col gap-4"
    >
      {change.error ? (
        <Alert tone="bad" live title={t("refused")}>
          <ErrorText error={change.error} />
        </Alert>
      ) : null}
      <Field label={t("current")} error={errors.currentPassword && t("missing")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("currentPassword")}
            type="password"
            autoComplete="current-password"
          />
        )}
      </Field>
      <Field label={t("new")} hint={t("newHint")} error={errors.newPassword && t("short")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("newPassword")}
            type="password"
            autoComplete="new-password"
          />
        )}
      </Field>
      <Field label={t("again")} error={errors.again && t("different")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("again")}
            type="password"
            autoComplete="new-password"
          />
        )}
      </Field>
      <Button
        type="submit"
        tone="primary"
        className="self-start"
        disabled={change.isPending || change.isSuccess}
      >
        {t("submit")}
      </Button>
    </form>
  );
}
