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
import { type SignInError, toSignInError } from "./sign-in-error.ts";
import { SsoButton } from "./sso-button.tsx";

const Credentials = z.object({ username: z.string().trim().min(1), password: z.string().min(1) });
type Credentials = z.infer<typeof Credentials>;

export function SignInForm(props: {
  callbackUrl: string;
  firstError: string | null;
  /** The identity provider's name; null: people sign in here. */
  provider: string | null;
}) {
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
      {props.provider === null ? null : (
        <>
          <SsoButton
            name={props.provider}
            callbackUrl={props.callbackUrl}
            onUnreachable={() => setFailure("unreachable")}
          />
          <p className="my-1 flex items-center gap-3 text-[0.8125rem] text-subtle before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {t("or")}
          </p>
        </>
      )}
      <Field label={t("username")} error={errors.username && t("usernameMissing")}>
        {(control) => (
          <Input
            {...control}
            {...form.register("username")}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus={props.provider === null}
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
      <Button
        type="submit"
        tone={props.provider === null ? "primary" : "secondary"}
        size="lg"
        disabled={isSubmitting}
      >
        {isSubmitting ? <LoaderCircle aria-hidden className="animate-spin" /> : null}
        {isSubmitting ? t("submitting") : t("submit")}
      </Button>
      <p className="text-[0.8125rem] text-subtle">
        {t(props.provider === null ? "hint" : "hintSso")}
      </p>
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
