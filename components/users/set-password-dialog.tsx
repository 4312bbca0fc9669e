"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { setPassword } from "@/lib/access/queries.ts";
import type { UserView } from "@/lib/contract/access-views.ts";
import { PasswordField, passwordLengthMin } from "./password-field.tsx";
import { useUserChange } from "./use-user-change.ts";
import { UserDialog } from "./user-dialog.tsx";

export function SetPasswordDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const t = useTranslations("users");
  const tPassword = useTranslations("password");
  const [password, setText] = useState("");
  const [touched, setTouched] = useState(false);
  const isShort = password.length < passwordLengthMin;
  const change = useUserChange({
    change: () => setPassword(user.username, password),
    said: t("done.password", { user: user.displayName }),
    onClose,
  });
  return (
    <UserDialog
      title={t("passwordTitle", { user: user.displayName })}
      description={t("passwordFollows")}
      verb={t("verb.password")}
      danger
      error={change.error}
      busy={change.isPending}
      onSubmit={() => {
        setTouched(true);
        if (!isShort) change.mutate();
      }}
      onClose={onClose}
    >
      <PasswordField
        value={password}
        error={touched && isShort ? tPassword("short") : null}
        onChange={setText}
      />
    </UserDialog>
  );
}
