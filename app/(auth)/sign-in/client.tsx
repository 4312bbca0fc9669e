"use client";

import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { Brand, BrandMark } from "@/components/shell/brand.tsx";
import { LanguageSwitch } from "@/components/shell/language-switch.tsx";
import { SignInForm } from "@/components/shell/sign-in-form.tsx";
import { ThemeToggle } from "@/components/shell/theme-toggle.tsx";
import { signInParams } from "./search-params.ts";

export function SignInClient({ provider }: { provider: string | null }) {
  const t = useTranslations("signIn");
  const [{ callbackUrl, error }] = useQueryStates(signInParams);
  return (
    <div className="app-root grid min-h-dvh lg:grid-cols-[1.1fr_1fr]">
      <aside className="hidden flex-col justify-between bg-[#15110f] p-12 text-[#f4ece4] lg:flex">
        <BrandMark className="size-10" />
        <div className="max-w-xl">
          <p className="text-balance font-semibold text-4xl leading-[1.2] tracking-tight">
            {t("sentence")}
          </p>
          <ul className="mt-8 flex flex-col gap-3 text-[#c9bdb2] text-base">
            <li>{t("promiseStages")}</li>
            <li>{t("promiseHealth")}</li>
            <li>{t("promiseStop")}</li>
          </ul>
        </div>
        <p className="text-[#a8998c] text-sm">{t("footer")}</p>
      </aside>
      <div className="flex flex-col bg-surface">
        <div className="flex items-center justify-end gap-1 p-4">
          <LanguageSwitch />
          <ThemeToggle />
        </div>
        <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center gap-6 px-6 pb-24">
          <div className="lg:hidden">
            <Brand />
            <p className="mt-3 text-balance text-muted">{t("sentence")}</p>
          </div>
          <h1 className="font-semibold text-2xl tracking-tight">{t("title")}</h1>
          <SignInForm callbackUrl={callbackUrl} firstError={error} provider={provider} />
        </main>
      </div>
    </div>
  );
}
