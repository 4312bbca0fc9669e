"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useClusterHref } from "../shell/use-cluster.ts";
import { cn } from "../ui/cn.ts";
import { settingsPlaces } from "./settings-places.ts";

/** The pages of the settings, as links: each has an address of its own. */
export function SettingsTabs() {
  const t = useTranslations("settings");
  const pathname = usePathname();
  const clusterHref = useClusterHref();
  return (
    <nav aria-label={t("label")} className="scroll-thin -mb-2 overflow-x-auto border-b">
      <ul className="flex gap-1">
        {settingsPlaces.map(({ id, href }) => {
          const here = pathname === href;
          return (
            <li key={id} className="shrink-0">
              <Link
                href={clusterHref(href)}
                aria-current={here ? "page" : undefined}
                className={cn(
                  "block border-transparent border-b-2 px-3 py-2 text-muted text-sm hover:text-ink",
                  here && "border-primary font-medium text-ink",
                )}
              >
                {t(id)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
