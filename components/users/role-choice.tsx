"use client";

import { useTranslations } from "next-intl";
import type { UserView } from "@/lib/contract/access-views.ts";
import { RadioCards } from "../ui/radio-cards.tsx";

const roles = ["viewer", "operator", "approver", "administrator"] as const;

/** Only an administrator may write everywhere: what the others may is in the configuration file. */
export function RoleChoice(props: {
  value: UserView["role"];
  onChange: (role: UserView["role"]) => void;
}) {
  const t = useTranslations("users");
  const tRole = useTranslations("role");
  return (
    <RadioCards
      label={t("role")}
      value={props.value}
      onChange={props.onChange}
      options={roles.map((role) => ({ value: role, title: tRole(role), hint: t(`can.${role}`) }))}
    />
  );
}
