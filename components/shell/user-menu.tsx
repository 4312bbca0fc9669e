"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleUserRound, Keyboard, KeyRound, LogOut, Settings } from "lucide-react";
import { useRouter } from "next/navigation";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { meQuery } from "@/lib/access/queries.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuHeading, MenuItem, MenuSeparator } from "../ui/menu.tsx";
import { PasswordDialog } from "./password-dialog.tsx";

export function UserMenu({ onShowKeys }: { onShowKeys: () => void }) {
  const t = useTranslations("shell");
  const tNav = useTranslations("nav");
  const tRole = useTranslations("role");
  const router = useRouter();
  const [passwordOpen, setPasswordOpen] = useState(false);
  const { data: me } = useQuery(meQuery());
  async function leave() {
    await signOut({ redirect: false });
    window.location.assign("/sign-in");
  }
  return (
    <>
      <Menu
        trigger={
          <Button tone="ghost" size="icon" aria-label={t("userMenu")} className="size-8">
            <CircleUserRound aria-hidden className="size-5!" />
          </Button>
        }
      >
        <MenuHeading>
          <p className="font-medium">{me?.displayName ?? "…"}</p>
          <p className="text-[0.8125rem] text-subtle">
            {me ? `${me.username} · ${tRole(me.role)}` : null}
          </p>
        </MenuHeading>
        <MenuSeparator />
        <MenuItem onClick={onShowKeys}>
          <Keyboard aria-hidden />
          {t("keys")}
        </MenuItem>
        <MenuItem onClick={() => router.push("/settings")}>
          <Settings aria-hidden />
          {tNav("settings")}
        </MenuItem>
        <MenuItem onClick={() => setPasswordOpen(true)}>
          <KeyRound aria-hidden />
          {t("password")}
        </MenuItem>
        <MenuItem onClick={leave}>
          <LogOut aria-hidden />
          {t("signOut")}
        </MenuItem>
      </Menu>
      <PasswordDialog open={passwordOpen} onOpenChange={setPasswordOpen} />
    </>
  );
}
