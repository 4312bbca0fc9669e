"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { createUser } from "@/lib/access/queries.ts";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { PasswordField, passwordLengthMin } from "./password-field.tsx";
import { RoleChoice } from "./role-choice.tsx";
import { useUserChange } from "./use-user-change.ts";
import { UserDialog } from "./user-dialog.tsx";

const empty = { username: "", displayName: "", role: "viewer" as const, password: "" };
type Draft = Omit<typeof empty, "role"> & { role: Parameters<typeof createUser>[0]["role"] };

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("users");
  const tPassword = useTranslations("password");
  const [draft, setDraft] = useState<Draft>(empty);
  const [touched, setTouched] = useState(false);
  const username = draft.username.trim();
  const displayName = draft.displayName.trim();
  const isShort = draft.password.length < passwordLengthMin;
  const make = useUserChange({
    change: () =>
      createUser({
        ...{ username, role: draft.role, password: draft.password },
        ...(displayName ? { displayName } : {}),
      }),
    said: t("done.new", { user: displayName || username }),
    onClose,
  });
  const text = (name: "username" | "displayName", error?: string, hint?: string) => (
    <Field label={t(name)} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          autoComplete="off"
          autoCapitalize="off"
          maxLength={120}
          value={draft[name]}
          onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <UserDialog
      title={t("newTitle")}
      description={t("newHint")}
      verb={t("make")}
      error={make.error}
      busy={make.isPending}
      onSubmit={() => {
        setTouched(true);
        if (username && !isShort) make.mutate();
      }}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {text("username", touched && !username ? t("usernameMissing") : undefined)}
        {text("displayName", undefined, t("optional"))}
      </div>
      <RoleChoice value={draft.role} onChange={(role) => setDraft({ ...draft, role })} />
      <PasswordField
        value={draft.password}
        error={touched && isShort ? tPassword("short") : null}
        onChange={(password) => setDraft({ ...draft, password })}
      />
    </UserDialog>
  );
}
