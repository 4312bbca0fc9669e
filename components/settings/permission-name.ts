"use client";

import { useTranslations } from "next-intl";

export const permissionNames = [
  "read",
  "packages.write",
  "releases.write",
  "releases.approve",
  "machines.write",
  "clusters.write",
  "users.write",
] as const;
export type PermissionName = (typeof permissionNames)[number];

type Key = "read" | "packagesWrite" | "releasesWrite" | "releasesApprove" | "machinesWrite";
type OtherKey = "clustersWrite" | "usersWrite";

/** What a permission lets somebody do, in a few words; one that is not known is shown as it is. */
export function usePermissionName(): (permission: string) => string {
  const t = useTranslations("permission");
  return (permission) => {
    if (!permissionNames.some((known) => known === permission)) return permission;
    return t(
      permission.replace(/\.(.)/, (_, letter: string) => letter.toUpperCase()) as Key | OtherKey,
    );
  };
}
