"use client";

import { useTranslations } from "next-intl";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { randomPassword } from "./random-password.ts";

export const passwordLengthMin = 10;

/** A first password for somebody else: shown, since it has to be handed over; best a random one. */
export function PasswordField(props: {
  value: string;
  error: string | null;
  onChange: (password: string) => void;
}) {
  const t = useTranslations("users");
  return (
    <Field label={t("password")} hint={t("passwordHint")} error={props.error ?? undefined}>
      {(control) => (
        <span className="flex flex-wrap items-center gap-2">
          <Input
            {...control}
            autoComplete="off"
            spellCheck={false}
            maxLength={200}
            className="min-w-0 flex-1 font-mono"
            value={props.value}
            onChange={(event) => props.onChange(event.target.value)}
          />
          <Button onClick={() => props.onChange(randomPassword())}>{t("random")}</Button>
          {props.value ? <CopyButton text={props.value} /> : null}
        </span>
      )}
    </Field>
  );
}
