"use client";

import { useTranslations } from "next-intl";
import { PasswordForm } from "../shell/password-dialog.tsx";
import { Section } from "../ui/card.tsx";

export function PasswordCard() {
  const t = useTranslations("password");
  return (
    <Section title={t("title")} hint={t("description")}>
      <PasswordForm />
    </Section>
  );
}
