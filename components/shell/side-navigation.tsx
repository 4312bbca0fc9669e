"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { cn } from "../ui/cn.ts";
import { isAt, places } from "./navigation.ts";
import { useClusterHref } from "./use-cluster.ts";

export function SideNavigation({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations("nav");
  const pathname = usePathname();
  const clusterHref = useClusterHref();
  return (
    <nav aria-label={t("label")}>
      <ul className="flex flex-col gap-0.5">
        {places.map(({ id, href, icon: Icon }) => {
          const here = isAt(pathname, href);
          return (
            <li key={id}>
              <Link
                href={clusterHref(href)}
                onClick={onNavigate}
                aria-current={here ? "page" : undefined}
                className={cn(
                  "relative flex h-9 items-center gap-2.5 rounded-md px-3 text-sm transition-colors [&_svg]:size-4",
                  here
                    ? "bg-sunken font-medium text-ink before:absolute before:inset-y-2 before:left-0 before:w-[3px] before:rounded-full before:bg-ember"
                    : "text-muted hover:bg-sunken hover:text-ink",
                )}
              >
                <Icon aria-hidden className={here ? "text-ember" : "text-subtle"} />
                {t(id)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
