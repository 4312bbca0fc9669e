"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { chooseLanguage } from "../shell/locale-cookie.ts";
import { Section } from "../ui/card.tsx";
import { Select } from "../ui/select.tsx";
import { useNow } from "../ui/use-now.ts";
import { localZone, setZonePreference, useZonePreference } from "../ui/zone-preference.ts";

/** How this browser shows the console. */
export function PreferencesCard() {
  const t = useTranslations("profile");
  return (
    <Section title={t("preferences")} hint={t("preferencesHint")}>
      <div className="grid gap-4 sm:grid-cols-3">
        <Language />
        <Theme />
        <Zone />
      </div>
    </Section>
  );
}

const languages = [
  { value: "en", label: "English" },
  { value: "zh-CN", label: "简体中文" },
] as const;

function Language() {
  const t = useTranslations("profile");
  const router = useRouter();
  const locale = useLocale() === "zh-CN" ? "zh-CN" : "en";
  return (
    <Choice label={t("language")}>
      <Select
        label={t("language")}
        value={locale}
        options={languages}
        onChange={(next) => {
          chooseLanguage(next);
          router.refresh();
        }}
      />
    </Choice>
  );
}

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

function Theme() {
  const t = useTranslations("profile");
  const { theme, setTheme } = useTheme();
  // The server does not know what the browser keeps.
  const mounted = useNow(60_000) !== null;
  const value = mounted ? (themes.find((one) => one === theme) ?? "system") : "system";
  return (
    <Choice label={t("theme")}>
      <Select<Theme>
        label={t("theme")}
        value={value}
        options={themes.map((one) => ({ value: one, label: t(`themes.${one}`) }))}
        onChange={setTheme}
      />
    </Choice>
  );
}

function Zone() {
  const t = useTranslations("profile");
  const zone = useZonePreference();
  const mounted = useNow(60_000) !== null;
  const local = mounted ? t("zoneLocalNamed", { zone: localZone() }) : t("zoneLocal");
  return (
    <Choice label={t("zone")}>
      <Select
        label={t("zone")}
        value={zone}
        options={[
          { value: "local", label: local },
          { value: "utc", label: "UTC" },
        ]}
        onChange={setZonePreference}
      />
    </Choice>
  );
}

function Choice({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {/* The control names itself. */}
      <span aria-hidden className="font-medium text-[0.8125rem]">
        {label}
      </span>
      {children}
    </div>
  );
}
