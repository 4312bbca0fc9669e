"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { approvalsQuery } from "@/lib/approvals/queries.ts";
import { cn } from "../ui/cn.ts";
import { useNow } from "../ui/use-now.ts";
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
                {id === "approvals" ? <WaitingForMe /> : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** How many releases the reader may decide on: nothing when there are none. */
function WaitingForMe() {
  const t = useTranslations("nav");
  const { data } = useQuery(approvalsQuery("waiting"));
  // Other parts of the page may have had the answer earlier than the server rendered this one.
  const mounted = useNow(60_000) !== null;
  const count = mounted ? (data?.approvals ?? []).filter(({ mayDecide }) => mayDecide).length : 0;
  if (count === 0) return null;
  return (
    <span className="tabular ml-auto rounded-full bg-ember-soft px-1.5 py-px font-medium text-ember text-xs">
      <span aria-hidden>{count}</span>
      <span className="sr-only">{t("waitingForYou", { count })}</span>
    </span>
  );
}
