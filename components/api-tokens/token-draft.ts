import { CreateApiTokenRequest } from "@/lib/contract/access-views.ts";
import { type PermissionName, permissionNames } from "../settings/permission-name.ts";

export type TokenDraft = {
  label: string;
  permissions: PermissionName[];
  /** As they are typed: names, or beginnings with a star, separated by commas. */
  clusters: string;
  agents: string;
  days: number;
};

export const daysMost = 366;

export const emptyToken: TokenDraft = {
  label: "",
  permissions: ["read"],
  clusters: "*",
  agents: "*",
  days: 90,
};

export type TokenProblem = "label" | "permissions" | "clusters" | "agents" | "days";

/** The request, or which fields are not right. */
export function tokenRequest(
  draft: TokenDraft,
): { request: CreateApiTokenRequest } | { problems: TokenProblem[] } {
  const patterns = (text: string) =>
    text
      .split(/[,，\s]+/)
      .map((word) => word.trim())
      .filter(Boolean);
  const parsed = CreateApiTokenRequest.safeParse({
    label: draft.label,
    permissions: permissionNames.filter((one) => draft.permissions.includes(one)),
    clusters: patterns(draft.clusters),
    agents: patterns(draft.agents),
    ttlSeconds: Math.round(draft.days * 86_400),
  });
  if (parsed.success) return { request: parsed.data };
  const fields = new Set(parsed.error.issues.map(({ path }) => path[0]));
  const problems = (["label", "permissions", "clusters", "agents"] as const).filter((field) =>
    fields.has(field),
  );
  return { problems: fields.has("ttlSeconds") ? [...problems, "days"] : problems };
}
