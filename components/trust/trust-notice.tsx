"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { meQuery } from "@/lib/access/queries.ts";
import { trustQuery } from "@/lib/signing/queries.ts";
import { Alert } from "../ui/alert.tsx";
import { TextLink } from "../ui/text-link.tsx";
import { useNow } from "../ui/use-now.ts";

/** On the overview, for whoever may write: that keys need somebody's hand. Nothing when they do not. */
export function TrustNotice() {
  const t = useTranslations("trust");
  const { data: me } = useQuery(meQuery());
  const { data: trust } = useQuery({ ...trustQuery(), enabled: me?.mayWrite ?? false });
  const mounted = useNow(60_000) !== null;
  if (!mounted || !trust) return null;
  const { root, clusters } = trust;
  const refusing = clusters.flatMap(({ machines }) => machines.refusing);
  const title =
    root && root.expiry !== "good"
      ? t(`expiryTitle.${root.expiry}`)
      : refusing.length > 0
        ? t("machinesRefuse", { count: refusing.reduce((sum, { machines }) => sum + machines, 0) })
        : root?.development
          ? t("development")
          : null;
  if (title === null) return null;
  const bad = root?.expiry === "expired" || root?.expiry === "alarm" || refusing.length > 0;
  return (
    <Alert tone={bad ? "bad" : "warn"} title={title}>
      <TextLink href="/settings/signatures">{t("toPage")}</TextLink>
    </Alert>
  );
}
