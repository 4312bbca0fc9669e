import type { Env } from "../platform/env.ts";

/**
 * The origin under which people reach the console: IFRIT_PUBLIC_URL where it is set (behind a proxy,
 * with TLS), otherwise plain HTTP at whatever host the request names.
 */
export function publicOrigin(env: Env, headers: Headers): string {
  if (env.IFRIT_PUBLIC_URL) return new URL(env.IFRIT_PUBLIC_URL).origin;
  return `http://${headers.get("host") ?? `${env.HOST}:${env.PORT}`}`;
}
