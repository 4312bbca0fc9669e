import type { Env } from "../platform/env.ts";
import { ProblemError } from "../platform/problem-error.ts";
import { publicOrigin } from "./public-origin.ts";

/**
 * A cookie rides along with requests that other sites make. Writes are taken only when the browser
 * says that our own page sent them: the exact origin, and Sec-Fetch-Site where it is sent.
 * @throws ProblemError cross_site
 */
export function refuseCrossSite(env: Env, request: Request): void {
  const own = publicOrigin(env, request.headers);
  const fetchSite = request.headers.get("sec-fetch-site");
  if (fetchSite !== null && fetchSite !== "same-origin") throw crossSite(own);
  if (request.headers.get("origin") !== own) throw crossSite(own);
}

function crossSite(own: string): ProblemError {
  return new ProblemError(
    "cross_site",
    `Writes are taken from ${own} only: send that as the Origin header. If people reach this server under another address, set IFRIT_PUBLIC_URL to it.`,
  );
}
