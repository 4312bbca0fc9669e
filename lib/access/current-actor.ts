import { ProblemError } from "../platform/problem-error.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { Services } from "../platform/services.ts";
import { clientAddress } from "./client-address.ts";
import { currentConfig } from "./current-config.ts";
import { grantsOf } from "./grants-of.ts";
import { readApiToken } from "./read-api-token.ts";
import { parseCookies, readSession, sessionCookieName } from "./session.ts";

/**
 * Who sends this request: by session cookie, or by API token, never by both at once, so that nobody
 * has to know which of the two counts. @throws ProblemError unauthenticated
 */
export async function currentActor(
  services: Services,
  request: Request,
  requestId: string,
): Promise<RequestContext> {
  const authorization = request.headers.get("authorization");
  const cookie = request.headers.get("cookie");
  const { actor, by } =
    authorization === null
      ? await bySession(services, cookie)
      : await byToken(services, authorization, cookie);
  const grants = grantsOf(currentConfig(services).config, actor, services.now());
  const address = clientAddress(services.env, request.headers);
  return { actor: { ...actor, grants }, requestId, source: `${by} ${address}`.slice(0, 64) };
}

async function bySession(services: Services, cookie: string | null) {
  const signedIn = await readSession(services, cookie);
  if (!signedIn) throw new ProblemError("unauthenticated", "Sign in first.");
  const { displayName: _, ...actor } = signedIn;
  return { actor, by: "console" };
}

async function byToken(services: Services, authorization: string, cookie: string | null) {
  if (parseCookies(cookie)[sessionCookieName(services.env)] !== undefined)
    throw new ProblemError("unauthenticated", "Send a session or a token, not both.");
  const token = /^Bearer ([\w-]{1,200})$/i.exec(authorization)?.[1];
  const known = token ? await readApiToken(services, token) : null;
  if (!known)
    throw new ProblemError("unauthenticated", "The API token is unknown, expired or revoked.");
  return { actor: known.actor, by: `api token ${known.tokenId}` };
}
