"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { linkIdentity, unlinkIdentity } from "@/lib/access/queries.ts";
import type { UserView } from "@/lib/contract/access-views.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { useUserChange } from "./use-user-change.ts";
import { UserDialog } from "./user-dialog.tsx";

/** Whom the identity provider means by this user. */
export function IdentityDialog({ user, onClose }: { user: UserView; onClose: () => void }) {
  const t = useTranslations("users");
  const [subject, setSubject] = useState("");
  const [touched, setTouched] = useState(false);
  const link = useUserChange({
    change: () => linkIdentity(user.username, subject.trim()),
    said: t("done.identity", { user: user.displayName }),
    onClose,
  });
  return (
    <UserDialog
      title={t("identityTitle", { user: user.displayName })}
      description={t("identityHint")}
      verb={t("link")}
      error={link.error}
      busy={link.isPending}
      onSubmit={() => {
        setTouched(true);
        if (subject.trim()) link.mutate();
      }}
      onClose={onClose}
    >
      {user.identities.length > 0 ? (
        <ul className="flex flex-col divide-y text-sm">
          {user.identities.map((identity) => (
            <li key={identity.id} className="flex items-center justify-between gap-2 py-2">
              <span className="min-w-0 break-all">
                {t("byProvider", { issuer: identity.issuer, subject: identity.subject })}
              </span>
              <Unlink user={user} identityId={identity.id} onClose={onClose} />
            </li>
          ))}
        </ul>
      ) : null}
      <Field
        label={t("subject")}
        hint={t("subjectHint")}
        error={touched && !subject.trim() ? t("subjectMissing") : undefined}
      >
        {(control) => (
          <Input
            {...control}
            autoComplete="off"
            maxLength={255}
            value={subject}
            onChange={(event) => setSubject(event.target.value)}
          />
        )}
      </Field>
    </UserDialog>
  );
}

function Unlink(props: { user: UserView; identityId: number; onClose: () => void }) {
  const t = useTranslations("users");
  const client = useQueryClient();
  const unlink = useMutation({
    mutationFn: () => unlinkIdentity(props.user.username, props.identityId),
    async onSuccess() {
      props.onClose();
      toast.success(t("done.unlink", { user: props.user.displayName }));
      await client.invalidateQueries({ queryKey: ["users"] });
    },
    onError: (error) => toast.error(error.message),
  });
  return (
    <Button
      size="sm"
      tone="dangerQuiet"
      disabled={unlink.isPending}
      onClick={() => unlink.mutate()}
    >
      {t("unlink")}
    </Button>
  );
}
