"use client";

import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/components/ui/button.tsx";
import { Section } from "@/components/ui/card.tsx";
import { QueryView } from "@/components/ui/query-view.tsx";
import { NewUserDialog } from "@/components/users/new-user-dialog.tsx";
import { UserList } from "@/components/users/user-list.tsx";
import { meQuery, usersQuery } from "@/lib/access/queries.ts";

export function UsersClient() {
  const t = useTranslations("users");
  const [open, setOpen] = useState(false);
  const { data: me } = useQuery(meQuery());
  const mayManage = me?.permissions.includes("users.write") ?? false;
  const query = useQuery({ ...usersQuery(), enabled: mayManage });
  if (me && !mayManage)
    return (
      <Section title={t("title")}>
        <p className="text-muted text-sm">{t("mayNot")}</p>
      </Section>
    );
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      actions={
        <Button size="sm" tone="primary" onClick={() => setOpen(true)}>
          <UserPlus aria-hidden />
          {t("new")}
        </Button>
      }
    >
      <QueryView query={query}>{({ users }) => <UserList users={users} />}</QueryView>
      {open ? <NewUserDialog onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}
