"use client";

import { Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { Button } from "../ui/button.tsx";
import { useNow } from "../ui/use-now.ts";

export function ThemeToggle({ className }: { className?: string }) {
  const t = useTranslations("shell");
  const { resolvedTheme, setTheme } = useTheme();
  // The server does not know the reader's theme.
  const mounted = useNow(60_000) !== null;
  const dark = mounted && resolvedTheme === "dark";
  const Icon = dark ? Sun : Moon;
  return (
    <Button
      tone="ghost"
      size="iconSm"
      className={className}
      aria-label={dark ? t("lightTheme") : t("darkTheme")}
      onClick={() => setTheme(dark ? "light" : "dark")}
    >
      <Icon aria-hidden />
    </Button>
  );
}
