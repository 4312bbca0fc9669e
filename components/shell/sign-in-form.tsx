"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { LoaderCircle } from "lucide-react";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Alert } from "../ui/alert.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { safeCallback } from "./safe-callback.ts";

const Credentials = z.object({ username: z.string().trim().min(1), password: z.string().min(1) });
type Credentials = z.infer<typeof Credentials>;

const knownErrors = ["wrong", "throttled", "unavailable", "unreachable", "expired"] as const;
type SignInError = (typeof knownErrors)[number];

export function SignInForm(props: { callbackUrl: string; firstError: string | null }) {
  const t = useTranslations("signIn");
  const [failure, setFailure] = useState<SignInError | null>(
    props.firstError ? toSignInError(props.firstError) : null,
  );
  const form = useForm<Credentials>({
    resolver: zodResolver(Credentials),
    defaultValues: { username: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  async function submit(credentials: Credentials) {
    setFailure(null);
    const refused = await trySignIn(credentials);
    if (refused) {
      setFailure(refused);
      form.resetField("password");
      form.setFocus("password");
      return;
    }
    // A full load, so that nothing which was rendered for somebody else is shown.
    window.location.assign(safeCallback(props.callbackUrl, window.location.origin));
    await new Promise(() => {});
  }

  return (
    <form noValidate onSubmit={form.handleSubmit(submit)} className="flex flex-col gap-4">
      {failure ? (
        <Alert tone={failure === "wrong" ? "bad" : "warn"} live>
          {t(`errors.${failure}`)}
        </Alert>
      ) : null}
      <Field label={t("username")} error={errors.username && t("usernameMissing")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("username")}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            className="h-10"
          />
        )}
      </Field>
      <Field label={t("password")} error={errors.password && t("passwordMissing")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("password")}
            type="password"
            autoComplete="current-password"
            className="h-10"
          />
        )}
      </Field>
      <Button type="submit" tone="primary" size="lg" disabled={isSubmitting}>
        {isSubmitting ? <LoaderCircle aria-hidden className="animate-spin" /> : null}
        {isSubmitting ? t("submitting") : t("submit")}
      </Button>
      <p className="text-[0.8125rem] text-subtle">{t("hint")}</p>
    </form>
  );
}

async function trySignIn(credentials: Credentials): Promise<SignInError | null> {
  try {
    // Without an answer here next-auth would leave for an error page, and what was typed with it.
    if (!(await fetch("/api/auth/providers")).ok) return "unreachable";
    const result = await signIn("credentials", { ...credentials, redirect: false });
    if (!result) return "unreachable";
    return result.ok && !result.error ? null : toSignInError(result.error ?? "");
  } catch {
    return "unreachable";
  }
}

function toSignInError(code: string): SignInError {
  if (code === "too_many_requests") return "throttled";
  if (code === "unavailable" || code === "internal") return "unavailable";
  if (code === "CredentialsSignin") return "wrong";
  if (code === "SessionRequired") return "expired";
  return "unavailable";
}
