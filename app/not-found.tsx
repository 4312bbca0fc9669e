import { Compass } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { ButtonLink } from "@/components/ui/button.tsx";
import { EmptyState } from "@/components/ui/empty-state.tsx";

export default async function NotFound() {
  const t = await getTranslations("errors");
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={<Compass aria-hidden />}
        title={t("notFoundTitle")}
        actions={<ButtonLink href="/">{t("toOverview")}</ButtonLink>}
      >
        {t("notFoundHint")}
      </EmptyState>
    </main>
  );
}
