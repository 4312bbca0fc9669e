import { z } from "zod";
import { Username } from "./username.ts";

/** What an ID token or the userinfo endpoint said, as far as anything is made of it. */
const Claims = z.looseObject({
  iss: z.string().min(1).max(255),
  sub: z.string().min(1).max(255),
  name: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
});

export type OidcPerson = {
  issuer: string;
  subject: string;
  /** null: no claim holds a name that can be one here. */
  username: string | null;
  displayName: string;
  email: string;
  groups: string[];
};

const groupsMax = 500;

/** @throws ZodError when issuer or subject are missing */
export function readOidcClaims(
  given: unknown,
  names: { usernameClaim: string; groupsClaim: string },
): OidcPerson {
  const claims = Claims.parse(given);
  const username = usernameOf([claims[names.usernameClaim], claims.email, claims.sub]);
  return {
    ...{ issuer: claims.iss, subject: claims.sub, username },
    displayName: (claims.name?.trim() || username || claims.sub).slice(0, 120),
    email: (claims.email ?? "").trim().slice(0, 255),
    groups: readGroups(claims[names.groupsClaim]),
  };
}

/** The first that can be a name here. What a name cannot hold becomes "-". */
function usernameOf(candidates: unknown[]): string | null {
  for (const candidate of candidates) {
    if (typeof candidate !== "string") continue;
    const spelt = candidate
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9._@-]+/g, "-");
    const parsed = Username.safeParse(spelt.replace(/^[^a-z0-9]+/, ""));
    if (parsed.success) return parsed.data;
  }
  return null;
}

/** A list of texts, or one text. Anything else is no group. */
function readGroups(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  const names = list.filter((one): one is string => typeof one === "string" && one.length <= 200);
  return [...new Set(names)].sort().slice(0, groupsMax);
}

/** Keycloak's has no slash at its end, Auth0's has one: neither is another provider. */
export function isSameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, "") === other.replace(/\/$/, "");
}
