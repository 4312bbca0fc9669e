"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { changeUser } from "@/lib/access/queries.ts";
import type { UserView } from "@/lib/contract/access-views.ts";
import { RoleChoice } from "./role-choice.tsx";
import { useUserChange } from "./use-user-change.ts";
import { UserDialog } from "./user-dialog.tsx";

export function RoleDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const t = useTranslations("users");
  const [role, setRole] = useState(user.role);
  const change = useUserChange({
    change: () => changeUser(user.username, { role }),
    said: t("done.role", { user: user.displayName }),
    onClose,
  });
  return (
    <UserDialog
      title={t("roleTitle", { user: user.displayName })}
      description={t("roleHint")}
      verb={t("verb.role")}
      danger={role === "administrator" && user.role !== "administrator"}
      error={change.error}
      busy={change.isPending || role === user.role}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <RoleChoice value={role} onChange={setRole} />
    </UserDialog>
  );
}
