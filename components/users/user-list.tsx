"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { meQuery } from "@/lib/access/queries.ts";
import type { UserView } from "@/lib/contract/access-views.ts";
import { Badge } from "../ui/badge.tsx";
import { Time } from "../ui/time.tsx";
import { UserMenu } from "./user-menu.tsx";

/** Everybody who can sign in, or could: disabled users stay, since the audit log names them. */
export function UserList({ users }: { users: UserView[] }) {
  const { data: me } = useQuery(meQuery());
  return (
    <ul className="flex flex-col divide-y">
      {users.map((user) => (
        <li key={user.username} className="flex items-start justify-between gap-2 py-3">
          <UserText user={user} />
          <UserMenu user={user} isMe={me?.username === user.username} />
        </li>
      ))}
    </ul>
  );
}

function UserText({ user }: { user: UserView }) {
  const t = useTranslations("users");
  const tRole = useTranslations("role");
  const { username, displayName, role, disabled, email, groups, identities } = user;
  const ways = [
    ...(user.hasPassword ? [t("byPassword")] : []),
    ...identities.map(({ issuer, subject }) => t("byProvider", { issuer, subject })),
  ];
  return (
    <div className="min-w-0">
      <p className="flex flex-wrap items-center gap-1.5">
        <span className="break-words font-medium">{displayName}</span>
        {displayName === username ? null : (
          <span className="break-all font-mono text-subtle text-xs">{username}</span>
        )}
        <Badge>{tRole(role)}</Badge>
        {disabled ? <Badge tone="off">{t("disabled")}</Badge> : null}
      </p>
      <p className="mt-0.5 break-words text-[0.8125rem] text-muted">
        {[email, ...ways].filter(Boolean).join(" · ") || t("noWay")}
      </p>
      {groups.length > 0 ? (
        <p className="break-words text-[0.8125rem] text-muted">
          {t("groups", { groups: groups.join(", ") })}
        </p>
      ) : null}
      <p className="text-[0.8125rem] text-subtle">
        {user.lastSignInAtMs === null
          ? t("neverSignedIn")
          : t.rich("lastSignIn", { time: () => <Time ms={user.lastSignInAtMs ?? 0} /> })}
      </p>
    </div>
  );
}
