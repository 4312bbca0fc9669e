"use client";

import { useTranslations } from "next-intl";
import { changeUser, endSessions } from "@/lib/access/queries.ts";
import type { UserView } from "@/lib/contract/access-views.ts";
import { useUserChange } from "./use-user-change.ts";
import { UserDialog } from "./user-dialog.tsx";

export type UserVerb = "endSessions" | "enable" | "disable";

const changes: Record<UserVerb, (username: string) => Promise<unknown>> = {
  endSessions,
  enable: (username) => changeUser(username, { disabled: false }),
  disable: (username) => changeUser(username, { disabled: true }),
};

/** Signing somebody out everywhere, and disabling: asked for once more, with what follows. */
export function ConfirmUserDialog(props: { user: UserView; verb: UserVerb; onClose: () => void }) {
  const t = useTranslations("users");
  const { user, verb, onClose } = props;
  const name = user.displayName;
  const change = useUserChange({
    change: () => changes[verb](user.username),
    said: t(`done.${verb}`, { user: name }),
    onClose,
  });
  return (
    <UserDialog
      title={t(`confirm.${verb}`, { user: name })}
      description={t(`follows.${verb}`)}
      verb={t(`verb.${verb}`)}
      danger={verb !== "enable"}
      error={change.error}
      busy={change.isPending}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    />
  );
}
