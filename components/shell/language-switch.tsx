"use client";

import { Languages } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { Button } from "../ui/button.tsx";
import { chooseLanguage } from "./locale-cookie.ts";

/** The button is labelled in the language that it leads to. */
export function LanguageSwitch({ className }: { className?: string }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const other = useLocale() === "zh-CN" ? "en" : "zh-CN";
  return (
    <Button
      tone="ghost"
      size="sm"
      lang={other}
      className={className}
      onClick={() => {
        chooseLanguage(other);
        router.refresh();
      }}
    >
      <Languages aria-hidden />
      {t("otherLanguage")}
    </Button>
  );
}
