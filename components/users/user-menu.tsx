"use client";

import { MoreHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { UserView } from "@/lib/contract/access-views.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../ui/menu.tsx";
import { ConfirmUserDialog, type UserVerb } from "./confirm-user-dialog.tsx";
import { IdentityDialog } from "./identity-dialog.tsx";
import { RoleDialog } from "./role-dialog.tsx";
import { SetPasswordDialog } from "./set-password-dialog.tsx";

type Open = UserVerb | "role" | "password" | "identity";

/** What can be done with a user. Of oneself: only what locks nobody out. */
export function UserMenu({ user, isMe }: { user: UserView; isMe: boolean }) {
  const t = useTranslations("users");
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const item = (what: Open, disabled = false) => (
    <MenuItem disabled={disabled} onClick={() => setOpen(what)}>
      {t(`verb.${what}`)}
    </MenuItem>
  );
  return (
    <>
      <Menu
        trigger={
          <Button
            size="iconSm"
            tone="ghost"
            aria-label={t("menu", { user: user.displayName })}
            className="shrink-0"
          >
            <MoreHorizontal aria-hidden />
          </Button>
        }
      >
        {item("role", isMe)}
        {item("password", isMe)}
        {item("identity")}
        <MenuSeparator />
        {item("endSessions")}
        {user.disabled ? item("enable") : item("disable", isMe)}
      </Menu>
      {open === "role" ? <RoleDialog user={user} onClose={close} /> : null}
      {open === "password" ? <SetPasswordDialog user={user} onClose={close} /> : null}
      {open === "identity" ? <IdentityDialog user={user} onClose={close} /> : null}
      {open === "endSessions" || open === "enable" || open === "disable" ? (
        <ConfirmUserDialog user={user} verb={open} onClose={close} />
      ) : null}
    </>
  );
}
