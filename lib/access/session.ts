import { and, eq, isNull } from "drizzle-orm";
import { decode, type JWT } from "next-auth/jwt";
import { endedSessions } from "../../drizzle/schema/ended-sessions.ts";
import { users } from "../../drizzle/schema/users.ts";
import type { Env } from "../platform/env.ts";
import type { Actor } from "../platform/request-context.ts";
import { deriveSecret } from "../platform/secrets.ts";
import type { Services } from "../platform/services.ts";

export const sessionSeconds = 12 * 3600;

/** What the encrypted session cookie holds: no right is read from it, only who it was made for. */
export type SessionToken = JWT & { sub: string; sessionVersion: number; sessionId?: string };

export type SignedIn = Extract<Actor, { kind: "user" }> & { displayName: string };

export function sessionSecret(env: Env): string {
  return deriveSecret(env.IFRIT_SECRET, "session").toString("base64url");
}

/** Cookies are marked secure exactly where people come by https. */
export function cookiesAreSecure(env: Env): boolean {
  return env.IFRIT_PUBLIC_URL?.startsWith("https://") ?? false;
}

export function sessionCookieName(env: Env): string {
  return `${cookiesAreSecure(env) ? "__Secure-" : ""}next-auth.session-token`;
}

/**
 * The signed-in user of a Cookie header, or null. The user is read from the database each time, so
 * that a disabled user, a changed role and an ended session count from the next request on.
 */
export async function readSession(
  services: Services,
  cookieHeader: string | null,
): Promise<SignedIn | null> {
  const cookie = parseCookies(cookieHeader)[sessionCookieName(services.env)];
  if (!cookie) return null;
  const token = await decode({ token: cookie, secret: sessionSecret(services.env) }).catch(
    () => null,
  );
  return isSessionToken(token) ? findSignedIn(services, token) : null;
}

export async function findSignedIn(
  services: Services,
  token: SessionToken,
): Promise<SignedIn | null> {
  const [user] = await services.db
    .select()
    .from(users)
    .where(
      and(
        eq(users.id, Number(token.sub)),
        eq(users.sessionVersion, token.sessionVersion),
        isNull(users.disabledAtMs),
      ),
    );
  if (!user || (await hasEnded(services, token))) return null;
  const { id: userId, username: name, role, displayName, groups, groupsAtMs } = user;
  return { kind: "user", userId, name, role, displayName, groups, groupsAtMs };
}

async function hasEnded({ db }: Services, { sessionId }: SessionToken): Promise<boolean> {
  if (!sessionId) return false;
  const [ended] = await db.select().from(endedSessions).where(eq(endedSessions.id, sessionId));
  return ended !== undefined;
}

export function isSessionToken(token: JWT | null): token is SessionToken {
  return typeof token?.sub === "string" && typeof token.sessionVersion === "number";
}

export function parseCookies(header: string | null): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const value = part.slice(at + 1).trim();
    cookies[part.slice(0, at).trim()] = decodeOrKeep(value);
  }
  return cookies;
}

function decodeOrKeep(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
